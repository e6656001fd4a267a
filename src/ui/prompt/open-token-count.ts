import { openTokenizer } from "../../core/families/tokenizers.ts";
import type { ModelFiles } from "../../core/model-files.ts";
import type { PromptReading } from "../../core/prompt/prompt-texts.ts";
import { tokenCounts } from "../../core/prompt/token-counts.ts";
import { readAppManifest } from "../../models/app-manifest.ts";
import { isAppModel } from "../../models/app-models.ts";
import { ModelStore } from "../../models/model-store.ts";

export type CountTokens = (prompt: string, reading: PromptReading) => number[];

/** @throws EaselError where the model is not in this browser and does not come with the app */
export async function openTokenCount(model: string): Promise<CountTokens> {
  const tokenizer = await openTokenizer(await filesOf(model), "tokenizer");
  return (prompt, reading) => tokenCounts(prompt, reading, tokenizer);
}

async function filesOf(model: string): Promise<ModelFiles> {
  try {
    return await (await ModelStore.open()).find(model);
  } catch (thrown) {
    // The app's own model is being fetched at this moment, or there is no store here at all.
    if (isAppModel(model)) return filesOfApp(model);
    throw thrown;
  }
}

async function filesOfApp(model: string): Promise<ModelFiles> {
  const manifest = await readAppManifest(new AbortController().signal, model);
  return {
    manifest,
    read: async (path) => {
      const response = await fetch(`/models/${model}/${path}`);
      if (!response.ok) throw new Error(`${path} of ${model}: the server answered ${response.status}.`);
      return new Uint8Array(await response.arrayBuffer());
    },
  };
}
