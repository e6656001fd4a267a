import { InferenceSession } from "onnxruntime-node";
import { InferenceHost } from "../server/gpu-worker/inference/inference-host.ts";
import { BENCH_REQUEST, COUNTED, WARM_UP } from "./overhead.ts";
import type { Sample } from "./overhead.ts";
import { RunClock } from "./time-runs.ts";

/** Draws as the server's child does, PNG included, in this process. */
export async function measureInNode(): Promise<Sample[]> {
  const clock = new RunClock(InferenceSession);
  const host = new InferenceHost({ modelsDirs: ["models"], provider: "cpu" });
  const samples: Sample[] = [];
  for (let i = 0; i < WARM_UP + COUNTED; i++) {
    clock.inRun = 0;
    const start = performance.now();
    await host.draw(new AbortController().signal, BENCH_REQUEST, () => undefined, { previews: false });
    samples.push({ total: performance.now() - start, inRun: clock.inRun });
  }
  return samples.slice(WARM_UP);
}
