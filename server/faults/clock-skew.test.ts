import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../package-root.ts";
import { AskingClients } from "../tests/asking-clients.ts";
import { startEasel } from "../tests/easel-process.ts";
import { newDataFolder } from "../tests/embedded-database.ts";
import { freePort } from "../tests/free-port.ts";
import { drained, expectNothingLost } from "../tests/nothing-lost.ts";
import { s3Environment, startS3 } from "../tests/s3.ts";
import { newOwner, TestServer, WORKER_TOKEN } from "../tests/test-server.ts";
import { startPostgres } from "../tests/true-postgres.ts";
import { startWorkerProcess } from "../tests/worker-process.ts";

const MINUTE = 60_000;

/** The environment of a process whose wall clock is wrong by so much. */
const skewed = (milliseconds: number) => ({
  NODE_OPTIONS: `--import ${packageRoot("server/tests/skewed-clock.mjs")}`,
  EASEL_TEST_CLOCK_SKEW: String(milliseconds),
});

describe("workers whose clocks are a minute wrong, on Postgres and S3", () => {
  let server: TestServer;
  const endings: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    const [database, s3] = await Promise.all([startPostgres(), startS3()]);
    server = await TestServer.start(database, { ...s3Environment(s3), LOG_LEVEL: "silent" });
    endings.push(() => server.close(), s3.close, database.close);
  });
  afterAll(async () => {
    for (const end of endings) await end();
  });

  test("R03, R04: no lease is lost by a wrong clock: each picture is drawn by its first attempt", async () => {
    const workers = [MINUTE, -MINUTE].map((milliseconds) =>
      startWorkerProcess(server, { environment: skewed(milliseconds) }),
    );
    const clients = new AskingClients([await server.owner(), await server.owner()], { model: "tiny-sd" });
    await clients.ask(8);
    await drained(clients, 60_000);
    const rows = await server.services.connection.sql`select attempt, worker_id from generated_images`;
    expect(rows.map(({ attempt }) => attempt)).toEqual(Array(8).fill(1));
    await expectNothingLost(clients);
    for (const worker of workers) await worker.close();
  });
});

test("R03: an API server whose clock is a minute ahead of its database's and its workers' loses nothing", async () => {
  const [database, dataFolder, port] = [await startPostgres(), await newDataFolder(), await freePort()];
  const easel = startEasel({
    ...skewed(MINUTE),
    DATA_DIR: dataFolder,
    DATABASE_URL: database.url,
    PORT: String(port),
    EASEL_WORKER_TOKEN: WORKER_TOKEN,
    LOG_LEVEL: "silent",
  });
  try {
    await easel.ready;
    const url = `http://127.0.0.1:${port}`;
    const clients = new AskingClients([await newOwner(url), await newOwner(url)], {
      model: "easel-mini",
      num_steps: 1,
    });
    const worker = startWorkerProcess({ url });
    await clients.ask(4);
    await drained(clients, 60_000);
    await expectNothingLost(clients);
    await worker.close();
  } finally {
    easel.child.kill("SIGTERM");
    await easel.ended;
    await database.close();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}, 240_000);
