import type { TokenChunk } from "../prompt/chunks.ts";
import { outputOf, runFloats } from "../runtime/feed.ts";
import type { InferenceSession } from "../runtime/inference-runtime.ts";
import { floatTensor } from "../tensor/tensor.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import { applyEmphasis } from "./apply-emphasis.ts";

/**
 * Chunks of 77 ids as a CLIP text encoder's last hidden states, one after the other: [1, 77 x chunks, D]. One run a
 * chunk, since many exports have a fixed batch of one.
 */
export async function clipStates(
  session: InferenceSession,
  chunks: readonly TokenChunk[],
): Promise<FloatTensor> {
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
