/**
 * The worker of bench/overhead: draws as the page's worker does and tells how long each picture took and how much of
 * that the runtime's own run. Served by the benchmark alone; no build contains it.
 */
import { InferenceSession } from "onnxruntime-web/jspi";
import type { Sample } from "../../bench/overhead-request.ts";
import { RunClock } from "../../bench/time-runs.ts";
import type { LocalJob } from "../../src/contracts/diffusion-worker.ts";
import { readAppManifest } from "../../src/models/app-manifest.ts";
import { wantedFromApp } from "../../src/models/app-models.ts";
import { FETCH_TERMS } from "../../src/models/fetch-file.ts";
import { fetchModel } from "../../src/models/fetch-model.ts";
import { ModelStore } from "../../src/models/model-store.ts";
import { DiffusionWorker } from "./diffusion-worker.ts";

const clock = new RunClock(InferenceSession);

self.onmessage = async ({ data }: MessageEvent<{ job: LocalJob; pictures: number }>) => {
  await install(data.job.request.model);
  const worker = new DiffusionWorker();
  const samples: Sample[] = [];
  for (let i = 0; i < data.pictures; i++) {
    clock.reset();
    const start = performance.now();
    const outcome = await worker.draw(data.job, () => undefined);
    if (!outcome.ok) {
      self.postMessage({ failure: outcome.failure });
      return;
    }
    const { inCreate, inRun } = clock;
    samples.push({ total: performance.now() - start, inCreate, inRun });
  }
  self.postMessage({ samples });
};

async function install(id: string): Promise<void> {
  const { signal } = new AbortController();
  const store = await ModelStore.open();
  const wanted = wantedFromApp(await readAppManifest(signal, id));
  await store.changeWanted(id, () => wanted);
  await fetchModel(signal, wanted, store, {
    terms: FETCH_TERMS,
    headersFor: () => ({}),
    onLoaded: () => undefined,
  });
}
