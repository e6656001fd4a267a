import type { GenerationRequest } from "../../contracts/request.ts";
import type { Condition, Conditions, StepConditions } from "../denoise/conditions.ts";
import { emptyChunk, promptChunks } from "../prompt/chunks.ts";
import type { TokenChunk } from "../prompt/chunks.ts";
import type { ClipTokenizer } from "../prompt/clip-tokenizer.ts";
import { promptTexts } from "../prompt/prompt-texts.ts";

/** How a family turns a prompt's chunks, one list for each of its tokenizers, into what its denoiser is fed. */
export type EncodeChunks = (chunks: readonly (readonly TokenChunk[])[]) => Promise<Condition>;

/**
 * The conditions of a picture, for each of its steps. A text is tokenized and encoded once, however many steps and
 * prompts say it, and what takes fewer chunks than another (prompt or negative prompt, now or later, with one
 * tokenizer or the other) is padded with empty ones, so that all conditions have one length.
 *
 * Without guidance the negative prompt counts only where the prompts' weights do not add up to 1 (`a AND b`): guidance
 * then is 1, at which it does not cancel out.
 * @param request `numSteps` are the steps that `[from:to:when]` counts; those of the pass that asks for them
 * @param tokenizers the family's, one a text encoder
 * @param guided whether there is guidance, and so the negative prompt is needed
 */
export async function encodeConditions(
  request: Pick<GenerationRequest, "prompt" | "negativePrompt" | "promptSyntax" | "numSteps">,
  tokenizers: readonly ClipTokenizer[],
  guided: boolean,
  encode: EncodeChunks,
): Promise<Conditions> {
  const reading = { syntax: request.promptSyntax, steps: request.numSteps };
  const prompts = promptTexts(request.prompt, { ...reading, negative: false });
  const cancelsOut = Math.abs(1 - prompts[0]!.reduce((sum, { weight }) => sum + weight, 0)) < 1e-9;
  const negatives =
    guided || !cancelsOut ? promptTexts(request.negativePrompt, { ...reading, negative: true }) : [];

  const texts = new Set([...prompts, ...negatives].flatMap((step) => step.map(({ text }) => text)));
  const encoded = await encodeTexts([...texts], request.promptSyntax, tokenizers, encode);

  const known = new Map<string, StepConditions>();
  const steps = prompts.map((step, index): StepConditions => {
    const negative = negatives[index]?.[0]?.text;
    const key = JSON.stringify([negative, step]);
    const conditions = known.get(key) ?? {
      prompts: step.map(({ text, weight }) => ({ condition: encoded.get(text)!, weight })),
      negative: negative === undefined ? undefined : encoded.get(negative)!,
    };
    known.set(key, conditions);
    return conditions;
  });
  return { at: (step) => steps[step]! };
}

/** Each text's condition, all of one length. */
async function encodeTexts(
  texts: readonly string[],
  syntax: GenerationRequest["promptSyntax"],
  tokenizers: readonly ClipTokenizer[],
  encode: EncodeChunks,
): Promise<Map<string, Condition>> {
  const chunked = texts.map((text) => tokenizers.map((tokenizer) => promptChunks(text, syntax, tokenizer)));
  const count = Math.max(...chunked.flat().map((chunks) => chunks.length));
  const encoded = new Map<string, Condition>();
  for (const [index, text] of texts.entries()) {
    const padded = chunked[index]!.map((chunks, which) => [
      ...chunks,
      ...Array.from({ length: count - chunks.length }, () => emptyChunk(tokenizers[which]!)),
    ]);
    encoded.set(text, await encode(padded));
  }
  return encoded;
}
