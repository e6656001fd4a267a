/**
 * A GPU worker: this process claims and stays responsive, its children draw and see. It needs the server's URL and the worker
 * token, and holds no other credentials.
 */
import { randomUUID } from "node:crypto";
import { availableParallelism, hostname } from "node:os";
import { SEEING_BATCH_MOST } from "../../src/contracts/seeing-worker-routes.ts";
import { createLog } from "../log.ts";
import { modelFolders } from "../models/model-shelf.ts";
import { SeeingShelf } from "../models/seeing-shelf.ts";
import { readSettings } from "../settings.ts";
import { claimLoop } from "./claim-loop.ts";
import { startInference } from "./inference/client.ts";
import { SafetyCheck } from "./safety-check.ts";
import { SeeingChild } from "./seeing/client.ts";
import { seeingLoop } from "./seeing/seeing-loop.ts";
import { WorkerApi } from "./worker-api.ts";

const VERSION = "0.1.0";

const settings = readSettings();
const log = createLog(settings.LOG_LEVEL, "gpu-worker");
const serverUrl = process.env["EASEL_SERVER_URL"] ?? `http://127.0.0.1:${settings.PORT}`;
const token = settings.EASEL_WORKER_TOKEN;
if (token === undefined) throw new Error("A GPU worker needs EASEL_WORKER_TOKEN, the server's worker token.");

const shutdown = new AbortController();
process.once("SIGTERM", () => shutdown.abort());
// Ctrl-C reaches the whole process group; under a supervisor it is the supervisor that says when to stop.
process.on("SIGINT", () => process.send === undefined && shutdown.abort());
process.once("disconnect", () => shutdown.abort());

const modelsDirs = modelFolders(settings.DATA_DIR);
const inference = startInference({
  modelsDirs,
  provider: settings.EASEL_PROVIDER,
  warmMegabytes: settings.WARM_MODELS_MB,
});
const name = `${hostname()} ${settings.EASEL_PROVIDER}`.slice(0, 100);
const identity = { workerId: randomUUID(), name, version: VERSION, provider: settings.EASEL_PROVIDER };
const api = new WorkerApi(serverUrl, token);
const OF_REQUESTS = ["text-classification", "image-classification", "image-safety"] as const;
const seeing = new SeeingChild({ modelsDirs, tasks: OF_REQUESTS });
const seers = [seeing];
// Easel's own models are small and take one thread each: where there is a second core, a second process sees with them.
if (availableParallelism() > 1)
  seers.push(new SeeingChild({ modelsDirs, tasks: OF_REQUESTS, onlyOwn: true }));
const safetyCheck = new SafetyCheck(new SeeingShelf(modelsDirs), seeing);
// Apart: a hostile PDF ends no other's request, and no request waits behind a document's pages.
const reading = new SeeingChild({ modelsDirs, tasks: ["object-detection"] });
// The server is ready with the first worker that asks for work: it asks when what it sees with is loaded.
await Promise.all([...seers, reading].map((child) => child.models())).catch((error: unknown) =>
  log.warn({ err: error }, "Not every model that sees was loaded."),
);
const { workerId } = identity;
await Promise.all([
  claimLoop(identity, api, inference, safetyCheck, log, shutdown.signal),
  // While one batch is seen the next is fetched.
  ...[...seers, ...seers].map((child) =>
    seeingLoop({ workerId, most: SEEING_BATCH_MOST }, api, child, log, shutdown.signal),
  ),
  // Several pages of one document.
  seeingLoop({ workerId, most: 1 }, api, reading, log, shutdown.signal),
]);
await Promise.all([inference, ...seers, reading].map((child) => child.close()));
process.exit(0);
