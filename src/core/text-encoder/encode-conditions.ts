import type { GenerationRequest } from "../../contracts/request.ts";
import type { Condition, Conditions } from "../denoise/conditions.ts";
import { emptyChunk, promptChunks } from "../prompt/chunks.ts";
import type { TokenChunk } from "../prompt/chunks.ts";
import type { ClipTokenizer } from "../prompt/clip-tokenizer.ts";

/** How a family turns a prompt's chunks into what its denoiser is fed. */
export type EncodeChunks = (chunks: readonly TokenChunk[]) => Promise<Condition>;

/**
 * The conditions of a picture. The shorter of prompt and negative prompt is padded with empty chunks, so that both
 * have one length.
 * @param guided whether the negative prompt is needed
 */
export async function encodeConditions(
  request: Pick<GenerationRequest, "prompt" | "negativePrompt" | "promptSyntax">,
  tokenizer: ClipTokenizer,
  guided: boolean,
  encode: EncodeChunks,
): Promise<Conditions> {
  const positive = promptChunks(request.prompt, request.promptSyntax, tokenizer);
  const negative = guided ? promptChunks(request.negativePrompt, request.promptSyntax, tokenizer) : [];
  const count = Math.max(positive.length, negative.length);
  const padded = (chunks: TokenChunk[]): TokenChunk[] => [
    ...chunks,
    ...Array.from({ length: count - chunks.length }, () => emptyChunk(tokenizer)),
  ];
  const always = {
    prompts: [{ condition: await encode(padded(positive)), weight: 1 }],
    negative: guided ? await encode(padded(negative)) : undefined,
  };
  return { at: () => always };
}
