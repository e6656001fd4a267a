import type { SeenLabel } from "../../contracts/sight.ts";
import type { ListedFiles } from "../../core/model-files.ts";
import { cutGraph } from "../../core/runtime/cut-graph.ts";
import type { InferenceRuntime } from "../../core/runtime/inference-runtime.ts";
import type { RgbaImage } from "../../core/tensor/image.ts";
import type { FloatTensor } from "../../core/tensor/tensor.ts";
import { answer } from "../seeing-model.ts";
import { stack } from "../stack.ts";
import { fitSquare } from "./fit-square.ts";
import { readLabels, requireThings } from "./labels.ts";

/** easel-eyes where only its labels are asked for: the part of its graph that tells them, for many pictures at once. */
export interface EyesClassifier {
  /** The picture as the graph takes it, [1, 3, side, side]. */
  prepare(image: RgbaImage): FloatTensor;
  /**
   * For each prepared picture the `topK` most likely labels, the best first, as `Eyes.see` tells them.
   * @throws EaselError `model_corrupt`, `invalid_output`, and as the runtime does.
   */
  classifyAll(prepared: readonly FloatTensor[], topK: number): Promise<SeenLabel[][]>;
  release(): Promise<void>;
}

/** @throws EaselError `model_corrupt` where its files can't be used, and as `createSession` does. */
export async function openEyesClassifier(
  model: ListedFiles,
  runtime: InferenceRuntime,
): Promise<EyesClassifier> {
  const { side, things, labels } = await readLabels(model);
  const session = await runtime.createSession(cutGraph(await model.read("eyes.onnx"), ["logits"]));
  return {
    prepare: (image) => fitSquare(image, side).pixels,
    async classifyAll(prepared, topK) {
      const seen: SeenLabel[][] = [];
      for (const { feed, count } of stack(prepared, session)) {
        const { logits } = await answer(session, { pixels: feed }, ["logits"]);
        const each = logits.data.length / count;
        requireThings(things, each - 1);
        for (let i = 0; i < count; i++) {
          seen.push(labels.of(logits.data.subarray(i * each, (i + 1) * each)).slice(0, topK));
        }
      }
      return seen;
    },
    release: () => session.release(),
  };
}
