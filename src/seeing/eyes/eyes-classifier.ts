import type { SeenLabel } from "../../contracts/sight.ts";
import type { ListedFiles } from "../../core/model-files.ts";
import { cutGraph } from "../../core/runtime/cut-graph.ts";
import type { InferenceRuntime } from "../../core/runtime/inference-runtime.ts";
import type { RgbaImage } from "../../core/tensor/image.ts";
import { answer } from "../seeing-model.ts";
import { fitSquareBytes, putValues } from "./fit-square.ts";
import { readLabels, requireThings } from "./labels.ts";

/** easel-eyes where only its labels are asked for: the part of its graph that tells them, for many pictures at once. */
export interface EyesClassifier {
  /** The picture fitted into the graph's square, a byte a pixel and channel: [3, side, side]. */
  prepare(image: RgbaImage): Uint8Array;
  /**
   * For each prepared picture the `topK` most likely labels, the best first, as `Eyes.see` tells them.
   * @throws EaselError `model_corrupt`, `invalid_output`, and as the runtime does.
   */
  classifyAll(prepared: readonly Uint8Array[], topK: number): Promise<SeenLabel[][]>;
  release(): Promise<void>;
}

/** @throws EaselError `model_corrupt` where its files can't be used, and as `createSession` does. */
export async function openEyesClassifier(
  model: ListedFiles,
  runtime: InferenceRuntime,
): Promise<EyesClassifier> {
  const { side, things, labels } = await readLabels(model);
  const session = await runtime.createSession(cutGraph(await model.read("eyes.onnx"), ["logits"]));
  const alone = session.inputs.some(({ dims }) => typeof dims[0] === "number");
  // Fresh memory for every batch would keep the collector of garbage busier than the rest of this.
  let spare: Float32Array | undefined;
  return {
    prepare: (image) => fitSquareBytes(image, side).bytes,
    async classifyAll(prepared, topK) {
      const seen: SeenLabel[][] = [];
      const most = alone ? 1 : prepared.length;
      for (let from = 0; from < prepared.length; from += most) {
        const pictures = prepared.slice(from, from + most);
        const count = pictures.length;
        const length = count * 3 * side * side;
        const memory = spare !== undefined && spare.length >= length ? spare : new Float32Array(length);
        spare = undefined;
        pictures.forEach((bytes, i) => putValues(bytes, memory, i * 3 * side * side));
        const feed = { dims: [count, 3, side, side], values: memory.subarray(0, length) };
        const { logits } = await answer(session, { pixels: feed }, ["logits"]);
        spare = memory;
        const each = logits.data.length / count;
        requireThings(things, each - 1);
        for (let i = 0; i < count; i++) {
          seen.push(labels.of(logits.data.subarray(i * each, (i + 1) * each), topK));
        }
      }
      return seen;
    },
    release: () => session.release(),
  };
}
