/**
 * Workers that draw nothing: `node no-op-workers.mjs SERVER TOKEN MODEL DIGEST HANDS`. Each claims, puts a few bytes and
 * completes, as a real one does; each start is a line `JOB MILLISECONDS` on standard output.
 */
import { createHash, randomUUID } from "node:crypto";
import { putResult, WorkerApi } from "../../server/gpu-worker/worker-api.ts";

const [server = "", token = "", model = "", digest = "", hands = "1"] = process.argv.slice(2);
const PICTURE = Buffer.from("no picture");
const RESULT = {
  sha256: createHash("sha256").update(PICTURE).digest("hex"),
  bytes: PICTURE.byteLength,
  width: 128,
  height: 128,
  contentType: "image/png" as const,
  provider: "cpu" as const,
  seconds: { load: 0, denoise: 0, decode: 0, total: 0 },
};

async function work(): Promise<never> {
  const api = new WorkerApi(server, token);
  const identity = { workerId: randomUUID(), name: "no-op", version: "bench", provider: "cpu" as const };
  const input = { ...identity, models: [{ id: model, digest }], maxPixels: 1e6, waitSeconds: 20 };
  for (;;) {
    const claim = await api.claim(input, new AbortController().signal);
    if (claim === undefined) continue;
    process.stdout.write(`${claim.jobId} ${performance.timeOrigin + performance.now()}\n`);
    await putResult(claim.output, PICTURE);
    await api.complete(claim.leaseId, RESULT);
  }
}

process.once("disconnect", () => process.exit(0));
await Promise.all(Array.from({ length: Number(hands) }, work));
