import { spawn } from "node:child_process";
import { once } from "node:events";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureForeignClients } from "../../scripts/python.mjs";
import { packageRoot } from "../package-root.ts";
import { startEmbeddedDatabase, type TestDatabase } from "../tests/embedded-database.ts";
import { ScriptedWorker } from "../tests/scripted-worker.ts";
import { TestServer } from "../tests/test-server.ts";
import { until } from "../tests/until.ts";
import { startWorkerProcess, type WorkerProcess } from "../tests/worker-process.ts";

let database: TestDatabase;
let server: TestServer;
let python: string;

beforeAll(async () => {
  python = await ensureForeignClients();
  database = await startEmbeddedDatabase();
  server = await TestServer.start(database, { COMPAT_WAIT_SECONDS: "60" });
});
afterAll(async () => {
  await server.close();
  await database.close();
});

const start = (file: string) =>
  spawn(python, [packageRoot("server/foreign-clients", file), "-v"], {
    env: { PATH: process.env["PATH"], EASEL_URL: server.url, PYTHONDONTWRITEBYTECODE: "1" },
  });

test("a stream tells the Python client openai its partial images while the picture is drawn", async () => {
  const child = start("openai_stream.py");
  let said = "";
  for (const output of [child.stdout, child.stderr])
    output.on("data", (chunk: Buffer) => (said += String(chunk)));
  const ended = once(child, "exit");
  const scripted = new ScriptedWorker(server);
  // Python on a busy machine takes its time to start.
  const claim = (await scripted.claim(25)) ?? (await scripted.mustClaim(25));
  const small = sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } }).webp();
  const preview = `data:image/webp;base64,${(await small.toBuffer()).toString("base64")}`;
  for (const [step, due] of [
    [2, 1],
    [4, 2],
  ] as const) {
    await scripted.api.progress(claim.leaseId, { type: "step", step, steps: 6, etaSeconds: 1, preview });
    await until(`${due} previews are told`, 10_000, () =>
      Promise.resolve(said.trim().split("\n").length === due && said.endsWith("\n")),
    );
  }
  await scripted.finish(claim);
  expect([await ended, said.trim().split("\n")]).toEqual([
    [0, null],
    [
      "image_generation.partial_image 0 128 128",
      "image_generation.partial_image 1 128 128",
      "image_generation.completed - 128 128",
    ],
  ]);
});

describe("with a worker that draws", () => {
  let worker: WorkerProcess;
  beforeAll(() => {
    worker = startWorkerProcess(server);
  });
  afterAll(() => worker.close());

  test.each([
    ["openai", "openai_client.py", 7],
    ["webuiapi", "webuiapi_client.py", 5],
  ])("the client %s from PyPI draws, edits and is told what is wrong", async (_name, file, count) => {
    const child = start(file);
    let said = "";
    child.stdout.resume();
    child.stderr.on("data", (chunk: Buffer) => (said += String(chunk)));
    const [status] = (await once(child, "close")) as [number | null];
    expect(status, said).toBe(0);
    expect(said).toContain(`Ran ${count} tests`);
  });
});
