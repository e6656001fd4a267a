/** As long as a picture may take, and the model before it, on two busy cores. */
const PATIENCE_MILLISECONDS = 120_000;

/**
 * A function of the page that brings an element to where a pointer reaches it. False while it moves or lies under something
 * else, as in a panel that is still unfolding: what is clicked then is what lies there.
 */
export const REACH = `async (element) => {
  element.scrollIntoView({ block: "nearest", behavior: "instant" });
  const frame = () => new Promise(requestAnimationFrame);
  await frame();
  const before = element.getBoundingClientRect();
  await frame();
  const { x, y, width, height } = element.getBoundingClientRect();
  const hit = document.elementFromPoint(x + width / 2, y + height / 2);
  const ours = element.contains(hit) || hit?.closest("label")?.control === element;
  return ours && before.x === x && before.y === y;
}`;

/** A browser as these tests use it: one window, by as few words as both protocols have in common. */
export abstract class Engine {
  abstract open(url: string): Promise<void>;
  abstract reload(): Promise<void>;
  /** Writes as a keyboard would. @param selector CSS, or XPath from // on */
  abstract type(selector: string, text: string): Promise<void>;
  /** What a function's body returns in the page, as JSON keeps it; a promise is waited for. */
  abstract read(body: string): Promise<unknown>;
  /** What the window shows, as PNG. */
  abstract screenshot(): Promise<Buffer>;
  /** Ends the browser, whatever state it is in. */
  abstract stop(): Promise<void>;

  /** Moves the pointer there and clicks. @throws Error where there is nothing like that (now) */
  protected abstract clickNow(selector: string): Promise<void>;

  /** Clicks as a pointer would, once there is something to click. @param selector CSS, or XPath from // on */
  async click(selector: string): Promise<void> {
    await this.#until(`to click ${selector}`, () => this.clickNow(selector));
  }

  /** Resolves with the first answer of {@link read} that is something and neither false nor empty. */
  async waitFor(what: string, body: string): Promise<unknown> {
    let answer: unknown;
    await this.#until(what, async () => {
      answer = await this.read(body);
      if (answer === null || answer === undefined || answer === false || answer === "")
        throw new Error(`It is ${String(answer)}.`);
    });
    return answer;
  }

  async #until(what: string, attempt: () => Promise<void>): Promise<void> {
    try {
      await until(what, attempt);
    } catch (thrown) {
      const shown = await this.read("return document.body.innerText").catch(String);
      throw new Error(`${String(thrown)}\nThe page says:\n${String(shown)}`, { cause: thrown });
    }
  }
}

/** Tries until it succeeds. @throws Error with the last failure's words after two minutes */
export async function until(what: string, attempt: () => Promise<void>): Promise<void> {
  const end = performance.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    try {
      return await attempt();
    } catch (cause) {
      if (performance.now() > end)
        throw new Error(`Not in two minutes: ${what}. ${String(cause)}`, { cause });
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
