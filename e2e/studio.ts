import { expect, type Locator, type Page } from "@playwright/test";

export type Place = "Auto" | "This device" | "Server";

export interface DrawOptions {
  steps?: number;
  guidance?: number;
  seed?: number;
  where?: Place;
  negativePrompt?: string;
}

/** The studio as its user meets it: by roles and names alone. */
export class Studio {
  readonly page: Page;
  readonly prompt: Locator;
  readonly generate: Locator;
  readonly progress: Locator;

  constructor(page: Page) {
    this.page = page;
    this.prompt = page.getByRole("textbox", { name: "Prompt", exact: true });
    this.generate = page.getByRole("button", { name: "Generate" });
    this.progress = page.getByRole("progressbar");
  }

  /** Opens the page; `webgpu=software` makes a software adapter count, as a machine without a GPU needs it. */
  async open(query = ""): Promise<void> {
    await this.page.goto(`/${query}`);
    await expect(this.prompt).toBeVisible();
  }

  async fill(prompt: string, options: DrawOptions = {}): Promise<void> {
    await this.prompt.fill(prompt);
    await this.unfoldSettings();
    if (options.negativePrompt !== undefined) {
      await this.page.getByRole("textbox", { name: "Negative prompt" }).fill(options.negativePrompt);
    }
    if (options.steps !== undefined) await this.field("Steps").fill(String(options.steps));
    if (options.guidance !== undefined) await this.field("Guidance").fill(String(options.guidance));
    if (options.seed !== undefined) await this.field("Seed").fill(String(options.seed));
    if (options.where !== undefined) await this.chooseWhere(options.where);
  }

  /** On a phone the settings are folded away. */
  async unfoldSettings(): Promise<void> {
    const folded = this.page.locator('button[aria-controls="settings"][aria-expanded="false"]');
    if (!(await folded.isVisible())) return;
    // Above them: until it is told they move, and a click whose button moved away under it is none.
    await this.page.getByTestId("prospect").waitFor();
    await folded.click();
  }

  field(name: string): Locator {
    return this.page.getByLabel(name, { exact: true });
  }

  async chooseWhere(place: Place): Promise<void> {
    await this.page.getByRole("radio", { name: place }).click();
  }

  /** The finished picture: its alt text is the prompt. */
  picture(prompt: string): Locator {
    return this.page.getByRole("main").getByRole("img", { name: prompt, exact: true }).first();
  }

  async draw(prompt: string, options: DrawOptions = {}): Promise<Locator> {
    await this.fill(prompt, options);
    await this.generate.click();
    const picture = this.picture(prompt);
    // A software GPU has been seen to take 40 s for a step on a busy machine of two cores.
    await expect(picture).toBeVisible({ timeout: 300_000 });
    await expect(this.progress).toHaveCount(0);
    return picture;
  }

  /** The encoded bytes behind an `img`. */
  async bytesOf(picture: Locator): Promise<Buffer> {
    const base64 = await picture.evaluate(async (node) => {
      const blob = await (await fetch((node as HTMLImageElement).src)).blob();
      const bytes = new Uint8Array(await blob.arrayBuffer());
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    });
    return Buffer.from(base64, "base64");
  }

  /** The RGBA bytes that an `img` shows. */
  async pixelsOf(picture: Locator): Promise<Uint8Array> {
    const values = await picture.evaluate(async (node) => {
      const image = node as HTMLImageElement;
      await image.decode();
      const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
      const context = canvas.getContext("2d");
      context?.drawImage(image, 0, 0);
      return Array.from(context?.getImageData(0, 0, canvas.width, canvas.height).data ?? []);
    });
    return Uint8Array.from(values);
  }
}
