import type { ChildProcess } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { BidiConnection } from "./bidi.ts";
import { Engine, REACH, until } from "./engine.ts";
import { firefoxPath } from "./paths.ts";
import { Processes } from "./processes.ts";

/** Where downloads go without a question; what else a driven Firefox needs it sets by itself. */
const preferences = (downloads: string): string =>
  Object.entries({ "browser.download.folderList": 2, "browser.download.dir": downloads })
    .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
    .join("");

/** Stock Firefox by WebDriver BiDi, with a profile of its own and no window. */
export class Firefox extends Engine {
  /** Where what is downloaded lies. */
  readonly downloads: string;
  /** Errors that nobody in the page caught, and what the console calls errors. */
  readonly errors: string[] = [];
  readonly #processes: Processes;
  #bidi!: BidiConnection;
  #context = "";

  private constructor(processes: Processes) {
    super();
    this.#processes = processes;
    this.downloads = join(processes.home, "downloads");
  }

  static async start(): Promise<Firefox> {
    const processes = new Processes();
    try {
      const firefox = new Firefox(processes);
      await firefox.#connect();
      return firefox;
    } catch (thrown) {
      await processes.end();
      throw thrown;
    }
  }

  async #connect(): Promise<void> {
    const profile = join(this.#processes.home, "profile");
    for (const folder of [profile, this.downloads]) mkdirSync(folder);
    writeFileSync(join(profile, "user.js"), preferences(this.downloads));
    const child = this.#processes.spawn(
      firefoxPath(),
      [
        "--headless",
        "--no-remote",
        "--profile",
        profile,
        "--remote-debugging-port",
        "0",
        "--window-size",
        "1280,900",
      ],
      ["ignore", "ignore", "pipe"],
    );
    this.#bidi = await BidiConnection.open(`${await listening(child)}/session`, (method, params) => {
      if (method === "log.entryAdded" && params["level"] === "error")
        this.errors.push(String(params["text"]));
    });
    await this.#bidi.send("session.new", { capabilities: {} });
    await this.#bidi.send("session.subscribe", { events: ["log.entryAdded"] });
    const { contexts } = await this.#bidi.send("browsingContext.getTree", {});
    this.#context = (contexts as { context: string }[])[0]?.context ?? "";
  }

  async stop(): Promise<void> {
    this.#bidi.close();
    await this.#processes.end();
  }

  async open(url: string): Promise<void> {
    await this.#send("browsingContext.navigate", { url, wait: "complete" });
  }

  async reload(): Promise<void> {
    await this.#send("browsingContext.reload", { wait: "complete" });
  }

  async type(selector: string, text: string): Promise<void> {
    await this.click(selector);
    const actions = [...text].flatMap((value) => [
      { type: "keyDown", value },
      { type: "keyUp", value },
    ]);
    await this.#send("input.performActions", { actions: [{ type: "key", id: "keyboard", actions }] });
  }

  protected async clickNow(selector: string): Promise<void> {
    const element = await this.#find(selector);
    if ((await this.#call(REACH, [element])) !== "true") throw new Error(`${selector} is out of reach.`);
    const actions = [
      { type: "pointerMove", x: 0, y: 0, origin: { type: "element", element } },
      { type: "pointerDown", button: 0 },
      { type: "pointerUp", button: 0 },
    ];
    await this.#send("input.performActions", { actions: [{ type: "pointer", id: "mouse", actions }] });
  }

  async read(body: string): Promise<unknown> {
    const json = await this.#call(
      `async () => JSON.stringify(await (async () => { ${body} })()) ?? "null"`,
      [],
    );
    return JSON.parse(json) as unknown;
  }

  async screenshot(): Promise<Buffer> {
    const { data } = await this.#send("browsingContext.captureScreenshot", {});
    return Buffer.from(String(data), "base64");
  }

  /** @throws Error where there is none (now) */
  async #find(selector: string): Promise<{ sharedId: string }> {
    const locator = { type: selector.startsWith("//") ? "xpath" : "css", value: selector };
    const { nodes } = await this.#send("browsingContext.locateNodes", { locator, maxNodeCount: 1 });
    const [node] = nodes as { sharedId: string }[];
    if (node === undefined) throw new Error(`There is no ${selector}.`);
    return { sharedId: node.sharedId };
  }

  /** @returns what the function returns, as text */
  async #call(functionDeclaration: string, args: readonly object[]): Promise<string> {
    const answer = await this.#bidi.send("script.callFunction", {
      functionDeclaration,
      arguments: args,
      awaitPromise: true,
      target: { context: this.#context },
    });
    const { type, result, exceptionDetails } = answer as {
      type: string;
      result?: { value?: unknown };
      exceptionDetails?: { text: string };
    };
    if (type === "exception") throw new Error(`In the page: ${exceptionDetails?.text ?? "?"}`);
    return String(result?.value);
  }

  #send(method: string, params: object): Promise<Record<string, unknown>> {
    return this.#bidi.send(method, { context: this.#context, ...params });
  }
}

/** @returns the address that Firefox says on its standard error */
async function listening(child: ChildProcess): Promise<string> {
  const said: string[] = [];
  if (child.stderr !== null) createInterface(child.stderr).on("line", (line) => said.push(line));
  let url = "";
  await until("Firefox listens", () => {
    url = /^WebDriver BiDi listening on (\S+)$/m.exec(said.join("\n"))?.[1] ?? "";
    return url === "" ? Promise.reject(new Error(`It says: ${said.join("\n")}`)) : Promise.resolve();
  });
  return url;
}
