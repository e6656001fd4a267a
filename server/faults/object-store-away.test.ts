import { afterAll, beforeAll, expect, test } from "vitest";
import { AskingClients } from "../tests/asking-clients.ts";
import { count } from "../tests/counts.ts";
import { FaultProxy, type Fault } from "../tests/fault-proxy.ts";
import { drained, expectNothingLost } from "../tests/nothing-lost.ts";
import { s3Environment, startS3 } from "../tests/s3.ts";
import { TestServer } from "../tests/test-server.ts";
import { startPostgres } from "../tests/true-postgres.ts";
import { pass } from "../tests/until.ts";
import { startWorkerProcess } from "../tests/worker-process.ts";

let proxy: FaultProxy;
let server: TestServer;
const endings: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const [database, s3] = await Promise.all([startPostgres(), startS3()]);
  proxy = await FaultProxy.start(Number(new URL(s3.endpoint).port));
  const endpoint = `http://127.0.0.1:${proxy.port}`;
  server = await TestServer.start(database, { ...s3Environment({ ...s3, endpoint }), LOG_LEVEL: "silent" });
  endings.push(
    () => server.close(),
    () => proxy.close(),
    s3.close,
    database.close,
  );
});
afterAll(async () => {
  for (const end of endings) await end();
});

test("S3 answering 503, slowly, not at all or not taking connections: the worker waits, nothing is lost", async () => {
  const worker = startWorkerProcess(server);
  const clients = new AskingClients([await server.owner(), await server.owner()], { model: "tiny-sd" });
  const faults: Fault[] = ["unavailable", "slow", "stall", "refuse"];
  for (const fault of faults) {
    proxy.fault = fault;
    // Jobs are taken all the same: they need the store only when they are drawn.
    await clients.ask(4, 4);
    const started = performance.now();
    const ready = (await (await fetch(`${server.url}/ready`)).json()) as { storage: string };
    expect([fault, ready.storage]).toEqual([fault, fault === "slow" ? "ok" : "failing"]);
    // No request hangs on a store that says nothing.
    expect(performance.now() - started).toBeLessThan(20_000);
    await pass(count(3000, 60_000));
    proxy.fault = "pass";
  }
  await drained(clients, 120_000);
  expect([...clients.refusals.keys()]).toEqual([]);
  // Each was drawn by its first attempt.
  const again = await server.services.connection.sql`select id from generated_images where attempt <> 1`;
  expect(again).toEqual([]);
  await expectNothingLost(clients);
  await worker.close();
}, 600_000);
