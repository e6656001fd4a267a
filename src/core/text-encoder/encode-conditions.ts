import type { GenerationRequest } from "../../contracts/request.ts";
import type { Condition, Conditions } from "../denoise/conditions.ts";
import { emptyChunk, promptChunks } from "../prompt/chunks.ts";
import type { TokenChunk } from "../prompt/chunks.ts";
import type { ClipTokenizer } from "../prompt/clip-tokenizer.ts";

/** How a family turns a prompt's chunks, one list for each of its tokenizers, into what its denoiser is fed. */
export type EncodeChunks = (chunks: readonly (readonly TokenChunk[])[]) => Promise<Condition>;

/**
 * The conditions of a picture. The shorter of prompt and negative prompt is padded with empty chunks, so that both
 * have one length, and so is what takes fewer chunks with one tokenizer than with another.
 * @param tokenizers the family's, one a text encoder
 * @param guided whether the negative prompt is needed
 */
export async function encodeConditions(
  request: Pick<GenerationRequest, "prompt" | "negativePrompt" | "promptSyntax">,
  tokenizers: readonly ClipTokenizer[],
  guided: boolean,
  encode: EncodeChunks,
): Promise<Conditions> {
  const chunksOf = (prompt: string): TokenChunk[][] =>
    tokenizers.map((tokenizer) => promptChunks(prompt, request.promptSyntax, tokenizer));
  const positive = chunksOf(request.prompt);
  const negative = guided ? chunksOf(request.negativePrompt) : [];
  const count = Math.max(...[...positive, ...negative].map((chunks) => chunks.length));
  const padded = (lists: TokenChunk[][]): TokenChunk[][] =>
    lists.map((chunks, which) => [
      ...chunks,
      ...Array.from({ length: count - chunks.length }, () => emptyChunk(tokenizers[which]!)),
    ]);
  const always = {
    prompts: [{ condition: await encode(padded(positive)), weight: 1 }],
    negative: guided ? await encode(padded(negative)) : undefined,
  };
  return { at: () => always };
}
