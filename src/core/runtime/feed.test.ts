import { expect, test } from "vitest";
import type { Tensor } from "../tensor/tensor.ts";
import { runFloats } from "./feed.ts";
import type { InferenceSession } from "./inference-runtime.ts";

/** A graph that takes a float16 `x` [n], and keeps what it was fed. */
function listening(): { session: InferenceSession; fed: Tensor[] } {
  const fed: Tensor[] = [];
  const session: InferenceSession = {
    inputs: [{ name: "x", type: "float16", dims: ["n"] }],
    outputs: [{ name: "y", type: "float16", dims: ["n"] }],
    run: ({ x }) => {
      fed.push(x!);
      return Promise.resolve({ y: x! });
    },
    release: () => Promise.resolve(),
  };
  return { session, fed };
}

test("what is constant is converted once, what is not each time", async () => {
  const { session, fed } = listening();
  const constant = { dims: [2], values: Float32Array.of(1, -2), constant: true };
  for (let i = 0; i < 2; i++) await runFloats(session, "unet", { x: constant });
  expect(fed[1]).toBe(fed[0]);

  const sample = Float32Array.of(1, -2);
  for (const value of [3, 4]) {
    sample[0] = value; // written over between two steps, as the loop's samples are
    const outputs = await runFloats(session, "unet", { x: { dims: [2], values: sample } });
    expect([...outputs.get("y")!.data]).toEqual([value, -2]);
  }
});
