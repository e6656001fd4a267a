import type { GenerationRequest } from "../src/contracts/request.ts";
import { measureInChromium } from "./overhead-chromium.ts";
import { measureInNode } from "./overhead-node.ts";

/** One picture: how long it took in all, and inside the runtime's own `run`; milliseconds. */
export interface Sample {
  total: number;
  inRun: number;
}

/** easel-mini as a new user draws with it: its defaults but for 20 steps, previews off. */
export const BENCH_REQUEST: GenerationRequest = {
  prompt: "a red apple on a blue background",
  negativePrompt: "",
  promptSyntax: "a1111",
  model: "easel-mini",
  numSteps: 20,
  guidanceScale: 3,
  scheduler: "ddim",
  sigmas: "default",
  seed: 1,
  width: 128,
  height: 128,
};

/** The first pictures load the model and let the engine compile; they are not counted. */
export const WARM_UP = 5;
export const COUNTED = 9;

const ALLOWED_SHARE = 0.02;

/**
 * Prints the share of a picture's time that is not spent inside the runtime's own `run`, from the request to the
 * finished PNG, in node and in Chromium.
 * @returns whether each is at most 2 %
 */
export async function benchOverhead(): Promise<boolean> {
  const lanes = [
    { name: "onnxruntime-node, CPU", samples: await measureInNode() },
    { name: "Chromium, WASM with threads", samples: await measureInChromium() },
  ];
  console.log(
    `overhead: share of a picture's time outside the runtime's run (at most ${percent(ALLOWED_SHARE)})`,
  );
  let kept = true;
  for (const { name, samples } of lanes) {
    const share = median(samples.map(({ total, inRun }) => (total - inRun) / total));
    kept &&= share <= ALLOWED_SHARE;
    const milliseconds = Math.round(median(samples.map(({ total }) => total)));
    console.log(
      `  ${name.padEnd(30)} ${percent(share).padStart(7)}   (a picture: ${milliseconds} ms, median of ${samples.length})`,
    );
  }
  return kept;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
