/**
 * The worker of bench/overhead: draws as the page's worker does and tells how long each picture took and how much of
 * that the runtime's own run. Served by the benchmark alone; no build contains it.
 */
import { InferenceSession } from "onnxruntime-web/wasm";
import { RunClock } from "../../bench/time-runs.ts";
import type { LocalJob } from "../../src/contracts/diffusion-worker.ts";
import { DiffusionWorker } from "./diffusion-worker.ts";

const clock = new RunClock(InferenceSession);

self.onmessage = async ({ data }: MessageEvent<{ job: LocalJob; pictures: number }>) => {
  const worker = new DiffusionWorker();
  const samples: { total: number; inRun: number }[] = [];
  for (let i = 0; i < data.pictures; i++) {
    clock.inRun = 0;
    const start = performance.now();
    const outcome = await worker.draw(data.job, () => undefined);
    if (!outcome.ok) {
      self.postMessage({ failure: outcome.failure });
      return;
    }
    samples.push({ total: performance.now() - start, inRun: clock.inRun });
  }
  self.postMessage({ samples });
};
