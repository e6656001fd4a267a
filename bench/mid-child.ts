/**
 * Draws with a model in a process of its own, so that its memory is its own, as DrawingProcess wants it:
 * `mid-child.ts FOLDER STEPS GUIDANCE SIDE [in-turn]`.
 */
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { createNodeRuntime } from "../server/gpu-worker/inference/node-runtime.ts";
import { findDiskModels } from "../server/gpu-worker/inference/disk-models.ts";
import { generate } from "../src/core/generate.ts";
import { completeRequest } from "../src/core/request/complete-request.ts";
import { ModelSessions } from "../src/core/runtime/model-sessions.ts";

const [folder = "", steps, guidance, side, inTurn] = process.argv.slice(2);
const models = await findDiskModels([dirname(folder)], () => undefined);
const model = models.get("mid-sd");
if (model === undefined) throw new Error(`There is no model mid-sd in ${folder}.`);
const runtime = createNodeRuntime("cpu");
const sessions = new ModelSessions(runtime);
const request = completeRequest(
  {
    prompt: "a red apple on a blue background",
    scheduler: "ddim",
    numSteps: Number(steps),
    guidanceScale: Number(guidance),
    width: Number(side),
    height: Number(side),
  },
  model.manifest,
  () => 1,
);
for await (const seed of createInterface(process.stdin)) {
  const start = performance.now();
  await generate({ ...request, seed: Number(seed) }, model, runtime, {
    signal: new AbortController().signal,
    sessions,
    componentsInTurn: inTurn === "in-turn",
  });
  console.log((performance.now() - start) / 1000);
}
await sessions.release();
console.log(process.resourceUsage().maxRSS * 1024);
