import { outputOf, runFloats } from "../runtime/feed.ts";
import type { InferenceSession } from "../runtime/inference-runtime.ts";
import { emptyChunk, promptChunks } from "../prompt/chunks.ts";
import type { PromptSyntax, TokenChunk } from "../prompt/chunks.ts";
import type { ClipTokenizer } from "../prompt/clip-tokenizer.ts";
import { floatTensor } from "../tensor/tensor.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import { applyEmphasis } from "./apply-emphasis.ts";

/** Hidden states [1, 77 x chunks, D], both of one length. */
export interface EncodedPrompts {
  prompt: FloatTensor;
  /** Absent where no guidance is asked for. */
  negative: FloatTensor | undefined;
}

/**
 * Prompt and negative prompt as a CLIP text encoder's last hidden states. The shorter is padded with empty chunks.
 * @param negativePrompt undefined where guidance does not need it.
 */
export async function encodePrompts(
  session: InferenceSession,
  tokenizer: ClipTokenizer,
  syntax: PromptSyntax,
  prompt: string,
  negativePrompt: string | undefined,
): Promise<EncodedPrompts> {
  const positive = promptChunks(prompt, syntax, tokenizer);
  const negative = negativePrompt === undefined ? [] : promptChunks(negativePrompt, syntax, tokenizer);
  const count = Math.max(positive.length, negative.length);
  const padded = (chunks: TokenChunk[]): TokenChunk[] => [
    ...chunks,
    ...Array.from({ length: count - chunks.length }, () => emptyChunk(tokenizer)),
  ];
  return {
    prompt: await encodeChunks(session, padded(positive)),
    negative: negativePrompt === undefined ? undefined : await encodeChunks(session, padded(negative)),
  };
}

/** Chunks of 77 ids -> [1, 77 x chunks, D]; one run a chunk, since many exports have a fixed batch of one. */
async function encodeChunks(session: InferenceSession, chunks: readonly TokenChunk[]): Promise<FloatTensor> {
  const states: FloatTensor[] = [];
  for (const chunk of chunks) {
    const outputs = await runFloats(session, "text_encoder", {
      input_ids: { dims: [1, chunk.ids.length], values: chunk.ids },
    });
    const hidden = outputOf(outputs, "last_hidden_state", session); // [1, 77, D]
    states.push(applyEmphasis(hidden, chunk.weights));
  }
  const width = states[0]!.dims[2]!;
  const data = new Float32Array(states.reduce((sum, state) => sum + state.data.length, 0));
  let offset = 0;
  for (const state of states) {
    data.set(state.data, offset);
    offset += state.data.length;
  }
  return floatTensor([1, data.length / width, width], data);
}
