import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { freePort } from "../easel-server.ts";
import { miniBrowserPath, webkitDriverPath, xvfbPath } from "./paths.ts";

/** WebDriver's name for an element in its answers. */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
const PATIENCE_MILLISECONDS = 60_000;

/** WebKitGTK's MiniBrowser by W3C WebDriver, on a screen that nobody sees: as much of it as a smoke test needs. */
export class MiniBrowser {
  readonly #children: ChildProcess[];
  readonly #session: string;

  private constructor(children: ChildProcess[], session: string) {
    this.#children = children;
    this.#session = session;
  }

  static async start(): Promise<MiniBrowser> {
    const screen = spawn(xvfbPath(), ["-displayfd", "3", "-screen", "0", "1280x900x24", "-nolisten", "tcp"], {
      stdio: ["ignore", "ignore", "ignore", "pipe"],
    });
    const [display] = (await once(screen.stdio[3] as NodeJS.ReadableStream, "data")) as [Buffer];
    const port = await freePort();
    const driver = spawn(webkitDriverPath(), [`--port=${port}`], {
      env: { ...process.env, DISPLAY: `:${String(display).trim()}` },
      stdio: "ignore",
    });
    const children = [driver, screen];
    const driverUrl = `http://127.0.0.1:${port}`;
    try {
      await until("the driver is ready", async () => {
        const answer = await fetch(`${driverUrl}/status`).catch(() => undefined);
        return answer?.ok === true;
      });
      const options = { binary: miniBrowserPath(), args: ["--automation"] };
      const { sessionId } = (await call(`${driverUrl}/session`, "POST", {
        capabilities: { alwaysMatch: { "webkitgtk:browserOptions": options } },
      })) as { sessionId: string };
      return new MiniBrowser(children, `${driverUrl}/session/${sessionId}`);
    } catch (thrown) {
      await end(children);
      throw thrown;
    }
  }

  async stop(): Promise<void> {
    await call(this.#session, "DELETE").catch(() => undefined);
    await end(this.#children);
  }

  async open(url: string): Promise<void> {
    await call(`${this.#session}/url`, "POST", { url });
  }

  async reload(): Promise<void> {
    await call(`${this.#session}/refresh`, "POST", {});
  }

  /** Clicks as a pointer would; waits until there is something to click. @param selector CSS, or XPath from // on */
  async click(selector: string): Promise<void> {
    await call(`${this.#session}/element/${await this.#find(selector)}/click`, "POST", {});
  }

  async type(selector: string, text: string): Promise<void> {
    await call(`${this.#session}/element/${await this.#find(selector)}/value`, "POST", { text });
  }

  /** What a function's body returns in the page. */
  async read(body: string): Promise<unknown> {
    return call(`${this.#session}/execute/sync`, "POST", { script: body, args: [] });
  }

  /** Resolves with the first answer of {@link read} that is neither null nor false nor empty. */
  async waitFor(what: string, body: string): Promise<unknown> {
    let answer: unknown;
    await until(what, async () => {
      answer = await this.read(body);
      return answer !== null && answer !== false && answer !== "";
    });
    return answer;
  }

  async #find(selector: string): Promise<string> {
    let id: string | undefined;
    await until(selector, async () => {
      const found = await call(`${this.#session}/element`, "POST", {
        using: selector.startsWith("//") ? "xpath" : "css selector",
        value: selector,
      }).catch(() => undefined);
      id = (found as Record<string, string> | undefined)?.[ELEMENT];
      return id !== undefined;
    });
    return id ?? "";
  }
}

async function call(url: string, method: "POST" | "DELETE", body?: object): Promise<unknown> {
  const answer = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
  const { value } = (await answer.json()) as { value: unknown };
  if (!answer.ok) throw new Error(`WebDriver refused ${new URL(url).pathname}: ${JSON.stringify(value)}`);
  return value;
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MILLISECONDS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`In a minute this did not come: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function end(children: readonly ChildProcess[]): Promise<void> {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  }
}
