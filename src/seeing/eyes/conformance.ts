import { afterAll, describe, expect, test } from "vitest";
import type { InferenceRuntime } from "../../core/runtime/inference-runtime.ts";
import { drawnByRule, PICTURE_RULE } from "../../core/tasks/conformance.ts";
import { openEyes } from "./eyes.ts";

/** What numpy made of the network's answers (models/lab, `python -m lab.vectors --only eyes`). */
interface EyesCase {
  picture: [number, number];
  threshold: number;
  scores: number[];
  mask_rows: number[];
  /** Rows of the first thing's mask, 0..255. */
  mask: number[];
  found: { thing: number; score: number; box: [number, number, number, number] }[];
}

export interface EyesOptions {
  runtime: InferenceRuntime;
  /** Reads a file of the repository. */
  read: (path: string) => Promise<Uint8Array<ArrayBuffer>>;
  tolerance: number;
}

/** easel-eyes' shape with random weights: labels and boxes as numpy finds them. */
export async function describeEyes(name: string, { runtime, read, tolerance }: EyesOptions): Promise<void> {
  const vectors = new TextDecoder().decode(await read("models/lab/vectors/eyes.json"));
  const { cases } = JSON.parse(vectors) as { cases: EyesCase[] };
  const labels = new TextDecoder().decode(await read("models/tiny/seeing/eyes/eyes.json"));
  const { things } = JSON.parse(labels) as { things: { english: string }[] };
  const names = [...things.map(({ english }) => english), "unknown"];
  const files = ["eyes.json", "eyes.onnx"].map((path) => ({ path }));
  const model = {
    manifest: { id: "tiny/eyes", files },
    read: (path: string) => read(`models/tiny/seeing/eyes/${path}`),
  };

  describe(`${name} sees as numpy does`, async () => {
    const eyes = await openEyes(model, runtime, cases[0]!.threshold);
    afterAll(() => eyes.release());

    test.each(cases)(
      "a picture of $picture",
      async ({ picture: [width, height], scores, found, ...vector }) => {
        const sight = await eyes.see(drawnByRule(PICTURE_RULE, width, height));
        for (const { label, score } of sight.labels) {
          expect(Math.abs(score - scores[names.indexOf(label)]!)).toBeLessThan(tolerance);
        }
        // The vectors' boxes are in shares of the square that the picture was fitted into, and may reach over the picture.
        const side = Math.max(width, height);
        const left = (side - width) / 2;
        const top = (side - height) / 2;
        const [far, low] = [1 - left / side, 1 - top / side];
        const inside = found
          .map(({ box: [x, y, right, bottom], ...rest }) => ({
            ...rest,
            box: [
              Math.max(x, left / side),
              Math.max(y, top / side),
              Math.min(right, far),
              Math.min(bottom, low),
            ],
          }))
          .filter(({ box: [x, y, right, bottom] }) => x! < right! && y! < bottom!);
        expect(sight.things.map(({ label }) => label)).toEqual(inside.map(({ thing }) => names[thing]));
        sight.things.forEach(({ score, box }, i) => {
          const { score: expected, box: corners } = inside[i]!;
          expect(Math.abs(score - expected)).toBeLessThan(tolerance);
          const ours = [
            box.left + left,
            box.top + top,
            box.left + left + box.width,
            box.top + top + box.height,
          ];
          // The square's pixels are whole: a picture of another shape lies up to one of 128 off its middle.
          corners.forEach((edge, at) => expect(Math.abs(ours[at]! / side - edge)).toBeLessThan(0.008));
        });
        const mask = sight.things[0]!.mask();
        const rows = vector.mask_rows.flatMap((row) =>
          Array.from({ length: width }, (_, column) => mask.data[(row * width + column) * 4]!),
        );
        expect(rows).toHaveLength(vector.mask.length);
        rows.forEach((value, i) => expect(Math.abs(value - vector.mask[i]!)).toBeLessThanOrEqual(1));
      },
    );
  });
}
