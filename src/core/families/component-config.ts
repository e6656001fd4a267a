import { EaselError } from "../../contracts/errors.ts";
import type { ListedFiles } from "../model-files.ts";

const decoder = new TextDecoder();

/** What is used of a zod schema, which the core does not import. */
interface ConfigSchema<Config> {
  safeParse(
    value: unknown,
  ):
    | { success: true; data: Config }
    | { success: false; error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] } };
}

/** A text file of the model, or undefined where its manifest does not list it. */
export async function readText(model: ListedFiles, path: string): Promise<string | undefined> {
  if (!model.manifest.files.some((file) => file.path === path)) return undefined;
  return decoder.decode(await model.read(path));
}

/** @throws EaselError `model_corrupt` where the manifest does not list the file. */
export async function requireText(model: ListedFiles, path: string): Promise<string> {
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
 * @param otherwise what the family takes for a field that the file does not have
 * @throws EaselError `model_corrupt` where it is no JSON or holds other things than the schema says.
 */
export async function readConfig<Config>(
  model: ListedFiles,
  path: string,
  schema: ConfigSchema<Config>,
  otherwise: Readonly<Record<string, unknown>> = {},
): Promise<Config> {
  const text = (await readText(model, path)) ?? "{}";
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw corruptConfig(path, `JSON was expected, but it begins with "${text.slice(0, 40)}"`, cause);
  }
  const parsed = schema.safeParse(typeof json === "object" ? { ...otherwise, ...json } : json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw corruptConfig(path, `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "unknown shape"}`);
}

/** A config file that can't be used, and what to do. */
export function corruptConfig(path: string, problem: string, cause?: unknown): EaselError {
  return new EaselError("model_corrupt", `The model's ${path} can't be used: ${problem}.`, {
    hint: "Install the model again. If it happens again, the files do not belong together, or the model is of a family that is not drawn here.",
    cause,
  });
}
