import { once } from "node:events";
import { freePort } from "../easel-server.ts";
import { Engine, REACH, until } from "./engine.ts";
import { Processes } from "./processes.ts";
import { miniBrowserPath, webkitDriverPath, xvfbPath } from "./paths.ts";

/** WebDriver's name for an element in its answers. */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
type ElementReference = Record<typeof ELEMENT, string>;

/** WebKitGTK's MiniBrowser by W3C WebDriver over HTTP, on a screen that nobody sees. Its windows are private ones. */
export class WebKit extends Engine {
  readonly #processes: Processes;
  readonly #session: string;

  private constructor(processes: Processes, session: string) {
    super();
    this.#processes = processes;
    this.#session = session;
  }

  static async start(): Promise<WebKit> {
    const processes = new Processes();
    try {
      const screen = processes.spawn(
        xvfbPath(),
        ["-displayfd", "3", "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
        ["ignore", "ignore", "ignore", "pipe"],
      );
      const [display] = (await once(screen.stdio[3] as NodeJS.ReadableStream, "data")) as [Buffer];
      const port = await freePort();
      processes.spawn(webkitDriverPath(), [`--port=${port}`], "ignore", {
        DISPLAY: `:${String(display).trim()}`,
      });
      return new WebKit(processes, await newSession(`http://127.0.0.1:${port}`));
    } catch (thrown) {
      await processes.end();
      throw thrown;
    }
  }

  async stop(): Promise<void> {
    await this.#processes.end();
  }

  async open(url: string): Promise<void> {
    await call(`${this.#session}/url`, "POST", { url });
  }

  async reload(): Promise<void> {
    await call(`${this.#session}/refresh`, "POST", {});
  }

  async type(selector: string, text: string): Promise<void> {
    await until(`to type into ${selector}`, async () => {
      const { [ELEMENT]: id } = await this.#find(selector);
      await call(`${this.#session}/element/${id}/value`, "POST", { text });
    });
  }

  /** The driver's own click refuses what lies in a fixed dialog over a page that is scrolled: the pointer is moved. */
  protected async clickNow(selector: string): Promise<void> {
    const element = await this.#find(selector);
    const script = `const [element, answer] = arguments; (${REACH})(element).then(answer)`;
    const reached = await call(`${this.#session}/execute/async`, "POST", { script, args: [element] });
    if (reached !== true) throw new Error(`${selector} is out of reach.`);
    const actions = [
      { type: "pointerMove", duration: 0, x: 0, y: 0, origin: element },
      { type: "pointerDown", button: 0 },
      { type: "pointerUp", button: 0 },
    ];
    await call(`${this.#session}/actions`, "POST", { actions: [{ type: "pointer", id: "mouse", actions }] });
  }

  async read(body: string): Promise<unknown> {
    const script = `const answer = arguments[0]; (async () => { ${body} })().then(answer, (thrown) => answer(String(thrown)))`;
    return call(`${this.#session}/execute/async`, "POST", { script, args: [] });
  }

  async screenshot(): Promise<Buffer> {
    return Buffer.from(String(await call(`${this.#session}/screenshot`, "GET")), "base64");
  }

  /** @throws Error where there is none (now) */
  async #find(selector: string): Promise<ElementReference> {
    const using = selector.startsWith("//") ? "xpath" : "css selector";
    return (await call(`${this.#session}/element`, "POST", { using, value: selector })) as ElementReference;
  }
}

async function newSession(driver: string): Promise<string> {
  await until("the driver is ready", async () => {
    const { ok, status } = await fetch(`${driver}/status`);
    if (!ok) throw new Error(`It answers ${status}.`);
  });
  const options = { binary: miniBrowserPath(), args: ["--automation"] };
  const { sessionId } = (await call(`${driver}/session`, "POST", {
    capabilities: { alwaysMatch: { "webkitgtk:browserOptions": options } },
  })) as { sessionId: string };
  return `${driver}/session/${sessionId}`;
}

async function call(url: string, method: "GET" | "POST", body?: object): Promise<unknown> {
  const answer = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
  const { value } = (await answer.json()) as { value: unknown };
  if (!answer.ok) throw new Error(`WebDriver refused ${new URL(url).pathname}: ${JSON.stringify(value)}`);
  return value;
}
