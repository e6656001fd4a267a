import { afterEach, expect, test } from "vitest";
import { asFailure } from "../../src/contracts/errors.ts";
import { AskingClients } from "../tests/asking-clients.ts";
import { startEmbeddedDatabase, type TestDatabase } from "../tests/embedded-database.ts";
import { FaultProxy } from "../tests/fault-proxy.ts";
import { drained, expectNothingLost } from "../tests/nothing-lost.ts";
import { ScriptedCrowd } from "../tests/scripted-crowd.ts";
import { ScriptedWorker, smallPng } from "../tests/scripted-worker.ts";
import { TestServer } from "../tests/test-server.ts";
import { startPostgres } from "../tests/true-postgres.ts";
import { until } from "../tests/until.ts";

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** Every open connection is lost without a word, as when a router forgets it; new ones are as good as ever. */
function loseConnections(proxy: FaultProxy): void {
  proxy.fault = "half-open";
  proxy.fault = "pass";
}

async function serverOn(
  database: TestDatabase,
  environment: Record<string, string> = {},
): Promise<TestServer> {
  endings.push(database.close);
  const server = await TestServer.start(database, { LOG_LEVEL: "silent", ...environment });
  endings.push(() => server.close());
  return server;
}

test("R03: pictures of workers whose connections are half-open, drawing or waiting, are drawn by another within 15 s", async () => {
  const server = await serverOn(await startEmbeddedDatabase());
  const proxy = await FaultProxy.start(Number(new URL(server.url).port));
  endings.push(() => proxy.close());
  const away = { url: `http://127.0.0.1:${proxy.port}`, models: server.services.models.all() };
  const [drawing, waiting, here] = [
    new ScriptedWorker(away),
    new ScriptedWorker(away),
    new ScriptedWorker(server),
  ];
  const owner = await server.owner();
  const begun = await owner.ask("begun");
  const claim = await drawing.mustClaim();
  void waiting.claim(20).catch(() => {});
  await until("the waiting worker is known", 5000, async () => {
    const rows = await server.services.connection.sql`select 1 from workers where id = ${waiting.id}`;
    return rows.length === 1;
  });

  proxy.fault = "half-open";
  const lostAt = performance.now();
  // It is given to the worker that waits: nobody can know that it does not hear of it.
  const given = await owner.ask("given to nobody");
  await until("it is given", 5000, async () => (await owner.image(given))["status"] === "running");
  const beat = drawing.api.progress(claim.leaseId, null).catch(asFailure);
  const again = [await here.mustClaim(20), await here.mustClaim(20)];
  expect(performance.now() - lostAt).toBeLessThan(15_000);
  expect(again.map(({ jobId, attempt }) => [jobId, attempt]).sort()).toEqual(
    [
      [begun, 2],
      [given, 2],
    ].sort(),
  );
  for (const one of again) await here.finish(one);

  // No call waits for ever, and the lost lease is worth nothing, whoever speaks of it.
  expect(await beat).toMatchObject({ code: "internal" });
  expect(await here.api.progress(claim.leaseId, null).catch(asFailure)).toMatchObject({ code: "lease_lost" });
  expect(await here.complete(claim, await smallPng()).catch(asFailure)).toMatchObject({ code: "lease_lost" });
  for (const id of [begun, given]) expect(await owner.image(id)).toMatchObject({ status: "succeeded" });
}, 60_000);

test("half-open connections to Postgres: requests end with 503 in time, and it works again by itself, with nothing lost", async () => {
  const postgres = await startPostgres();
  const proxy = await FaultProxy.start(postgres.port);
  // As in production, with shorter times: a statement may take 20 s there.
  const url = new URL(postgres.url);
  url.port = String(proxy.port);
  url.searchParams.set("statement_timeout", "1200");
  const server = await serverOn({ ...postgres, url: url.href });
  const clients = new AskingClients([await server.owner(), await server.owner()], { model: "tiny-sd" });
  const crowd = new ScriptedCrowd(server, 2);
  // Its connections are cut first: a server that still waits on one could not end.
  endings.push(
    () => crowd.stop(),
    () => proxy.close(),
  );
  for (let round = 0; round < 2; round++) {
    const asking = clients.ask(12);
    await until("some are acknowledged", 20_000, () =>
      Promise.resolve(clients.acknowledged.length > 12 * round + 2),
    );
    loseConnections(proxy);
    await asking;
  }
  await drained(clients, 60_000);
  await crowd.stop();
  expect(clients.refusals.size).toBeGreaterThan(0);
  expect([...clients.refusals.keys()].filter((told) => told !== "503 storage_unavailable")).toEqual([]);
  await expectNothingLost(clients, crowd.completed);
}, 120_000);
