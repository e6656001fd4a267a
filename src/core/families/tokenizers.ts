import type { ModelFiles } from "../model-files.ts";
import type { ClipTokenizer } from "../prompt/clip-tokenizer.ts";
import { openClipTokenizer } from "../prompt/open-clip-tokenizer.ts";

/** The tokenizer of this name, where the manifest says that it lies and with the padding that it asks for. */
export function openTokenizer(model: ModelFiles, name: "tokenizer" | "tokenizer_2"): Promise<ClipTokenizer> {
  const told = model.manifest.tokenizers?.find(({ tokenizer }) => tokenizer === name);
  return openClipTokenizer(model, told?.folder ?? name, told?.padToken);
}
