import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type BrowserContext, type Page } from "playwright";
import { chromiumFlags, chromiumPath } from "../e2e/chromium.ts";

/** A browser's profile on the disk: in a private one the browser keeps files in memory. */
export class Profile {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Starts the browser anew, does `work` on a blank page of it, and ends it. */
  async start<Value>(work: (page: Page, context: BrowserContext) => Promise<Value>): Promise<Value> {
    const context = await chromium.launchPersistentContext(this.#folder, {
      executablePath: chromiumPath(),
      args: chromiumFlags,
    });
    try {
      return await work(context.pages()[0] ?? (await context.newPage()), context);
    } finally {
      await context.close();
    }
  }
}

/** Does `work` with an empty profile, which goes afterwards. */
export async function onProfile<Value>(work: (profile: Profile) => Promise<Value>): Promise<Value> {
  const folder = await mkdtemp(join(tmpdir(), "easel-bench-"));
  try {
    return await work(new Profile(folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
