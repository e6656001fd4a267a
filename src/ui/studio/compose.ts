import type { GenerationRequest, RequestInput } from "../../contracts/request.ts";
import { expandPrompt, type WordLists } from "../../core/prompt/wildcards.ts";
import { hasComponent } from "../../core/runtime/component-files.ts";
import { m } from "../../paraglide/messages.js";
import type { FieldValues } from "../fields/field-values.ts";
import type { Fields } from "../fields/fields.svelte.ts";
import type { FurtherSettings } from "../fields/further-settings.svelte.ts";
import { readFields, type FieldError } from "../fields/read-fields.ts";
import type { Told } from "../language/failure-words.ts";
import type { KeptStyles } from "../prompt/kept-styles.svelte.ts";
import type { Prompts } from "../prompt/styles.ts";
import type { StartingPicture } from "../starting-picture/starting-picture.svelte.ts";
import type { Catalogue, ModelChoice } from "./catalogue.svelte.ts";
import type { Source } from "./queue.svelte.ts";

/** What of the page says how the next pictures are to be. */
export interface ComposerParts {
  fields: Fields;
  further: FurtherSettings;
  start: StartingPicture;
  styles: KeptStyles;
  catalogue: Catalogue;
}

export type Composed =
  | { ok: true; input: RequestInput; count: number; model: ModelChoice; source: Required<Source> }
  | { ok: false; errors: FieldError[]; failure: Told | null };

/**
 * What the page asks for, or what stands in the way.
 * @param prompts with the chosen styles on them
 */
export function compose(
  { fields, further, start, styles, catalogue }: ComposerParts,
  values: FieldValues = fields.values,
  prompts: Prompts = styled(values, styles),
): Composed {
  const model = catalogue.find(values.model) ?? catalogue.models.find(({ offered }) => !offered);
  if (model === undefined || catalogue.failure !== null)
    return refused(catalogue.failure ?? { message: m.drawing_models_unknown() });
  if (!isReady(model))
    return refused({
      message: m.drawing_not_here({ model: model.name }),
      hint: m.drawing_not_here_hint(),
    });
  const read = readFields({ ...values, ...prompts, model: model.id }, model);
  if (!read.ok) return { ok: false, errors: read.errors, failure: null };
  return {
    ok: true,
    input: { ...read.input, ...further.values, ...start.settings },
    count: read.count,
    model,
    source: { inputs: start.inputs, parentId: start.parentId },
  };
}

/** Here or on the server, without being fetched first. */
export function isReady({ offered, onServer }: ModelChoice): boolean {
  return !offered || onServer === true;
}

/** It is known to have nothing that could read a picture; of a model that is not in this browser nothing is known. */
export function lacksEncoder({ files, graphs }: ModelChoice): boolean {
  return files !== undefined && !hasComponent({ files, graphs }, "vae_encoder");
}

/** The request with its wildcards and choices drawn by its seed: what is kept with the picture is what was drawn. */
export function withWordsDrawn(
  request: GenerationRequest,
  lists: WordLists,
): { request: GenerationRequest; errors: FieldError[] } {
  if (request.promptSyntax === "plain") return { request, errors: [] };
  const errors: FieldError[] = [];
  const draw = (field: "prompt" | "negativePrompt") => {
    const { prompt, unknown } = expandPrompt(request[field], request.seed, lists);
    for (const name of unknown)
      errors.push({ field, message: m.field_wildcard_unknown({ names: `__${name}__` }) });
    return prompt;
  };
  return {
    request: { ...request, prompt: draw("prompt"), negativePrompt: draw("negativePrompt") },
    errors,
  };
}

/** The prompts with the chosen styles on them; what is blank stays so, and is refused. */
export function styled({ prompt, negativePrompt }: Prompts, styles: KeptStyles): Prompts {
  const prompts = { prompt, negativePrompt };
  return prompts.prompt.trim() === "" ? prompts : styles.apply(prompts);
}

function refused(failure: Told): Composed {
  return { ok: false, errors: [], failure };
}
