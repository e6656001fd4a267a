import type { TokenChunk } from "../prompt/chunks.ts";
import { outputOf, runFloats } from "../runtime/feed.ts";
import type { InferenceSession } from "../runtime/inference-runtime.ts";
import { floatTensor } from "../tensor/tensor.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import { applyEmphasis } from "./apply-emphasis.ts";

export interface ClipAnswer {
  /** [1, 77 x chunks, D], emphasis applied. */
  states: FloatTensor;
  /** All that the encoder gave for the first chunk: a pooled embedding sums up its text. */
  first: ReadonlyMap<string, FloatTensor>;
}

/**
 * Chunks of 77 ids as a CLIP text encoder's states, one after the other. One run a chunk, since many exports have a
 * fixed batch of one.
 * @param component `text_encoder` or `text_encoder_2`, for the errors
 * @param output the layer that is wanted: `last_hidden_state`, `hidden_states.N`
 */
export async function clipStates(
  session: InferenceSession,
  component: string,
  chunks: readonly TokenChunk[],
  output: string,
): Promise<ClipAnswer> {
  const states: FloatTensor[] = [];
  let first: ClipAnswer["first"] | undefined;
  for (const chunk of chunks) {
    const outputs = await runFloats(session, component, {
      input_ids: { dims: [1, chunk.ids.length], values: chunk.ids },
    });
    first ??= outputs;
    const hidden = outputOf(outputs, output, session); // [1, 77, D]
    states.push(applyEmphasis(hidden, chunk.weights));
  }
  const width = states[0]!.dims[2]!;
  const data = new Float32Array(states.reduce((sum, state) => sum + state.data.length, 0));
  let offset = 0;
  for (const state of states) {
    data.set(state.data, offset);
    offset += state.data.length;
  }
  return { states: floatTensor([1, data.length / width, width], data), first: first! };
}
