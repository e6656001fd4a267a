import { readText } from "../families/component-config.ts";
import type { ListedFiles } from "../model-files.ts";
import { ClipTokenizer } from "./clip-tokenizer.ts";
import { readClipVocabulary } from "./clip-vocabulary.ts";

/**
 * The CLIP tokenizer in a model's folder: from vocab.json and merges.txt, or from tokenizer.json where they are not.
 * @param folder `tokenizer`; SDXL has a `tokenizer_2` as well; "" where the files lie beside the model's other ones
 * @param padToken what the model pads with, where that is another token than the files say
 * @throws EaselError `model_corrupt`, naming the file that is missing or can't be read
 */
export async function openClipTokenizer(
  model: ListedFiles,
  folder = "tokenizer",
  padToken?: string,
): Promise<ClipTokenizer> {
  const read = (name: string): Promise<string | undefined> =>
    readText(model, folder === "" ? name : `${folder}/${name}`);
  const [vocab, merges] = await Promise.all([read("vocab.json"), read("merges.txt")]);
  const both = vocab !== undefined && merges !== undefined;
  const tokenizer = both ? undefined : await read("tokenizer.json");
  const [config, specialTokens] = await Promise.all([
    read("tokenizer_config.json"),
    read("special_tokens_map.json"),
  ]);
  // Half a pair beside a whole tokenizer.json is not missed.
  const files = tokenizer === undefined ? { vocab, merges } : { tokenizer };
  return new ClipTokenizer(readClipVocabulary({ ...files, config, specialTokens, padToken }, folder || "."));
}
