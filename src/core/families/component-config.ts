import { EaselError } from "../../contracts/errors.ts";
import type { ModelFiles } from "../model-files.ts";

const decoder = new TextDecoder();

/** A text file of the model, or undefined where its manifest does not list it. */
export async function readText(model: ModelFiles, path: string): Promise<string | undefined> {
  if (!model.manifest.files.some((file) => file.path === path)) return undefined;
  return decoder.decode(await model.read(path));
}

/** @throws EaselError `model_corrupt` where the manifest does not list the file. */
export async function requireText(model: ModelFiles, path: string): Promise<string> {
  const text = await readText(model, path);
  if (text === undefined) {
    throw new EaselError(
      "model_corrupt",
      `The model ${model.manifest.id} lists no ${path}, which its family needs.`,
    );
  }
  return text;
}

/**
 * A component's config.json, checked; where the model has none, the schema's defaults.
 * @throws EaselError `model_corrupt` where it is no JSON or holds other things than the schema says.
 */
export async function readConfig<Config>(
  model: ModelFiles,
  path: string,
  schema: { parse: (value: unknown) => Config },
): Promise<Config> {
  const text = (await readText(model, path)) ?? "{}";
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new EaselError("model_corrupt", `The model's ${path} can't be used: ${String(cause)}`, { cause });
  }
}
