import type { Engine } from "./engine.ts";

/** What is not near the screen is not in the page. */
const LOOK_AT_WALL = `document.querySelector('[aria-labelledby="history-heading"]')?.scrollIntoView();`;

/** A visit to the studio in an engine: what the tests of all engines do there. */
export class Visit {
  readonly #engine: Engine;
  readonly #prompt: string;

  constructor(engine: Engine, prompt: string) {
    this.#engine = engine;
    this.#prompt = prompt;
  }

  /** Opens the page and writes the prompt. @returns what the page says of where it would be drawn */
  async open(url: string): Promise<string> {
    await this.#engine.open(url);
    await this.#engine.type("#field-prompt", this.#prompt);
    return this.prospect();
  }

  async prospect(): Promise<string> {
    const words = `return document.querySelector('[data-testid="prospect"]')?.textContent.trim() ?? ""`;
    return String(await this.#engine.waitFor("a word on where it is drawn", words));
  }

  async chooseWhere(where: "auto" | "device" | "server"): Promise<void> {
    await this.#engine.click(`input[name="where"][value="${where}"]`);
  }

  /** @returns the caption below the picture: what drew it, and why that */
  async draw(): Promise<string> {
    await this.#engine.click("#generate");
    const shown = `document.querySelector('.canvas img[alt="${this.#prompt}"]')?.naturalWidth === 128`;
    await this.#engine.waitFor("the picture", `return ${shown}`);
    const caption = `return document.querySelector('[data-testid="provider"]')?.textContent.trim() ?? ""`;
    return String(await this.#engine.waitFor("the caption", caption));
  }

  /** Loads the page again and opens the picture's page from the history. */
  async openFromHistory(): Promise<void> {
    await this.#engine.reload();
    const cell = `[role="gridcell"] img[alt="${this.#prompt}"]`;
    const there = `return document.querySelector('${cell}')?.naturalWidth > 0`;
    await this.#engine.waitFor("the history after a reload", `${LOOK_AT_WALL} ${there}`);
    await this.#engine.click('[role="gridcell"] button[data-job]');
    await this.#engine.waitFor(
      "the picture's page",
      `return document.querySelector('[role="dialog"] img') !== null`,
    );
  }

  /** Makes a link on the picture's page. @returns its address */
  async share(): Promise<string> {
    await this.#engine.click('//*[@role="dialog"]//button[normalize-space()="Share"]');
    await this.#engine.click('//button[normalize-space()="Make a link"]');
    const link = `return [...document.querySelectorAll('[role="dialog"] input[readonly]')]
      .map(({ value }) => value).find((value) => value.includes("/s/"))`;
    return String(await this.#engine.waitFor("a link", link));
  }
}
