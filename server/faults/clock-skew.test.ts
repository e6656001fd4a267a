import { readFileSync, rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HEARTBEAT_SECONDS, LEASE_SECONDS } from "../../src/contracts/worker.ts";
import { packageRoot } from "../package-root.ts";
import { AskingClients } from "../tests/asking-clients.ts";
import { startEasel } from "../tests/easel-process.ts";
import { newDataFolder } from "../tests/embedded-database.ts";
import { FaultProxy } from "../tests/fault-proxy.ts";
import { freePort } from "../tests/free-port.ts";
import { drained, expectNothingLost } from "../tests/nothing-lost.ts";
import { s3Environment, startS3 } from "../tests/s3.ts";
import { ScriptedWorker } from "../tests/scripted-worker.ts";
import { newOwner, TestServer, WORKER_TOKEN } from "../tests/test-server.ts";
import { startPostgres } from "../tests/true-postgres.ts";
import { pass, until } from "../tests/until.ts";
import { startWorkerProcess } from "../tests/worker-process.ts";

const MINUTE = 60_000;

/** The environment of a process whose wall clock is wrong by so much. */
const skewed = (milliseconds: number) => ({
  NODE_OPTIONS: `--import ${packageRoot("server/tests/skewed-clock.mjs")}`,
  EASEL_TEST_CLOCK_SKEW: String(milliseconds),
});

describe("workers whose clocks are a minute wrong, on Postgres and S3", () => {
  let server: TestServer;
  let proxy: FaultProxy;
  const endings: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    const [database, s3] = await Promise.all([startPostgres(), startS3()]);
    server = await TestServer.start(database, { ...s3Environment(s3), LOG_LEVEL: "silent" });
    proxy = await FaultProxy.start(Number(new URL(server.url).port));
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

  test("R03, R04: no lease is lost by a wrong clock, heartbeats that fail for a moment included", async () => {
    const url = `http://127.0.0.1:${proxy.port}`;
    const workers = [MINUTE, -MINUTE].map((milliseconds) =>
      startWorkerProcess({ url }, { environment: skewed(milliseconds) }),
    );
    endings.unshift(...workers.map((worker) => () => worker.close()));
    const { sql } = server.services.connection;
    await until("both ask for work", 30_000, async () => (await sql`select 1 from workers`).length === 2);
    const clients = new AskingClients([await server.owner(), await server.owner()], {
      model: "tiny-sd",
      num_steps: 150,
    });
    await clients.ask(2);
    await until("each draws one", 30_000, async () => {
      const rows = await sql`select 1 from generated_images where status = 'running' and progress > 0`;
      return rows.length === 2;
    });
    // Long enough for a heartbeat of each to be due; a picture that is finished meanwhile waits with its lease.
    proxy.fault = "refuse";
    await pass(HEARTBEAT_SECONDS * 1000);
    proxy.fault = "pass";
    await drained(clients, 60_000);
    const rows = await sql`select attempt, worker_id from generated_images`;
    expect(rows.map(({ attempt }) => attempt)).toEqual([1, 1]);
    expect(new Set(rows.map((row) => row["worker_id"])).size).toBe(2);
    await expectNothingLost(clients);
  });
});

test.concurrent.each([
  ["ahead of", MINUTE],
  ["behind", -MINUTE],
])(
  "R03: an API server whose clock is a minute %s its database's and its workers' ends leases neither sooner nor later",
  async (_, milliseconds) => {
    const [database, dataFolder, port] = [await startPostgres(), await newDataFolder(), await freePort()];
    const easel = startEasel({
      ...skewed(milliseconds),
      DATA_DIR: dataFolder,
      DATABASE_URL: database.url,
      PORT: String(port),
      EASEL_WORKER_TOKEN: WORKER_TOKEN,
      LOG_LEVEL: "silent",
    });
    try {
      await easel.ready;
      const url = `http://127.0.0.1:${port}`;
      const owner = await newOwner(url);
      const manifest = JSON.parse(readFileSync(packageRoot("models/easel-mini/manifest.json"), "utf8")) as {
        id: string;
        digest: string;
      };
      const workerThere = () => new ScriptedWorker({ url, models: [manifest] });
      const [worker, another] = [workerThere(), workerThere()];
      const id = await owner.ask("by whose clock?", { model: "easel-mini" });
      const claim = await worker.mustClaim();
      // The server looks after leases each second.
      for (let beats = 0; beats < 4; beats++) {
        await pass(700);
        expect(await worker.api.progress(claim.leaseId, null)).toEqual({ cancelled: false });
      }
      // Of a worker that falls silent it is neither kept longer.
      const silent = performance.now();
      const again = await another.mustClaim(20);
      expect(performance.now() - silent).toBeLessThan(LEASE_SECONDS * 1000);
      expect([again.jobId, again.attempt]).toEqual([id, 2]);
      await another.finish(again);
      expect(await owner.image(id)).toMatchObject({ status: "succeeded" });
      const { url: picture } = await owner.get(`/api/generated-images/${id}/url`);
      expect((await fetch(String(picture))).status).toBe(200);
    } finally {
      easel.child.kill("SIGTERM");
      await easel.ended;
      await database.close();
      rmSync(dataFolder, { recursive: true, force: true });
    }
  },
  120_000,
);
