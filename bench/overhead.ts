import { measureInChromium } from "./overhead-chromium.ts";
import type { Sample } from "./overhead-request.ts";
import { median } from "./median.ts";
import { bundleChild, runToEnd } from "./node-child.ts";

/**
 * The first pictures load the model and let the engine compile; they are not counted. In node, code that runs once a
 * picture is compiled after some fifty of them; a page's worker runs most of its time in the runtime's own code.
 */
const WARM_UP = { node: 60, chromium: 10 };
const COUNTED = 15;

const ALLOWED_SHARE = 0.02;

/**
 * Prints the share of a picture's time that is not spent inside the runtime's own `run`, from the request to the
 * finished PNG, in node and in Chromium.
 * @returns whether each is at most 2 %
 */
export async function benchOverhead(): Promise<boolean> {
  const lanes = [
    { name: "onnxruntime-node, CPU", samples: measureInNode().slice(WARM_UP.node) },
    {
      name: "Chromium, WASM with threads",
      samples: (await measureInChromium(WARM_UP.chromium + COUNTED)).slice(WARM_UP.chromium),
    },
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

function measureInNode(): Sample[] {
  const program = bundleChild("overhead-child");
  return JSON.parse(runToEnd(process.execPath, [program, String(WARM_UP.node + COUNTED)])) as Sample[];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
