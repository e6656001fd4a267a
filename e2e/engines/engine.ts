const PATIENCE_MILLISECONDS = 30_000;

/** A browser as these tests use it: one window, by as few words as both protocols have in common. */
export abstract class Engine {
  abstract open(url: string): Promise<void>;
  abstract reload(): Promise<void>;
  /** Clicks as a pointer would, once there is something to click. @param selector CSS, or XPath from // on */
  abstract click(selector: string): Promise<void>;
  abstract type(selector: string, text: string): Promise<void>;
  /** What a function's body returns in the page, as JSON keeps it; a promise is waited for. */
  abstract read(body: string): Promise<unknown>;
  /** What the window shows, as PNG. */
  abstract screenshot(): Promise<Buffer>;
  /** Ends the browser, whatever state it is in. */
  abstract stop(): Promise<void>;

  /** Resolves with the first answer of {@link read} that is something and neither false nor empty. */
  async waitFor(what: string, body: string): Promise<unknown> {
    let answer: unknown;
    const came = async () => {
      answer = await this.read(body);
      return answer !== null && answer !== undefined && answer !== false && answer !== "";
    };
    try {
      await until(what, came);
    } catch (thrown) {
      const shown = await this.read("return document.body.innerText").catch(String);
      throw new Error(`${String(thrown)} The page says:\n${String(shown)}`, { cause: thrown });
    }
    return answer;
  }
}

/** @throws Error where `holds` does not hold in half a minute */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MILLISECONDS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`In half a minute this did not come: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
