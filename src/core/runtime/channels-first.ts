import type { OnnxSession, OnnxTensor } from "./onnx-session.ts";

/** What onnxruntime takes as its WebGPU provider for graphs that {@link needsChannelsFirst} tells of. */
export const CHANNELS_FIRST = { name: "webgpu", preferredLayout: "NCHW" } as const;

/**
 * Whether a graph is computed wrongly by onnxruntime 1.30's WebGPU in its usual layout, channels last: where a 3 x 3
 * convolution reads channels that are a multiple of three and not of four (measured against WASM: 6 and 9 are wrong by
 * as much as the values themselves, 4, 5, 7, 8, 10, 11 and 12 are right, and so are 9 with the channels first; compare
 * onnxruntime's issue 29651). An inpainting model's first convolution reads nine.
 */
export function needsChannelsFirst(session: Pick<OnnxSession<OnnxTensor>, "inputMetadata">): boolean {
  return session.inputMetadata.some((input) => {
    const channels = input.isTensor && input.shape.length === 4 ? input.shape[1] : undefined;
    return typeof channels === "number" && channels > 3 && channels % 3 === 0 && channels % 4 !== 0;
  });
}
