/** Draws as the server's child does, PNG included, and prints each picture's times as JSON: `overhead-child.ts PICTURES`. */
import { InferenceSession } from "onnxruntime-node";
import { InferenceHost } from "../server/gpu-worker/inference/inference-host.ts";
import { BENCH_REQUEST } from "./overhead-request.ts";
import type { Sample } from "./overhead-request.ts";
import { RunClock } from "./time-runs.ts";

const clock = new RunClock(InferenceSession);
const host = new InferenceHost({ modelsDirs: ["models"], provider: "cpu", warmMegabytes: 0 });
const samples: Sample[] = [];
for (let picture = 0; picture < Number(process.argv[2]); picture++) {
  clock.reset();
  const start = performance.now();
  await host.draw(new AbortController().signal, BENCH_REQUEST, () => undefined, { previews: false });
  samples.push({ total: performance.now() - start, inCreate: clock.inCreate, inRun: clock.inRun });
}
console.log(JSON.stringify(samples));
