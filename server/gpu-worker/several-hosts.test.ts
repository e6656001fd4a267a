import { afterAll, beforeAll, expect, test } from "vitest";
import { AskingClients } from "../tests/asking-clients.ts";
import { startEmbeddedDatabase } from "../tests/embedded-database.ts";
import { drained, expectNothingLost } from "../tests/nothing-lost.ts";
import { TestServer } from "../tests/test-server.ts";
import { startWorkerProcess } from "../tests/worker-process.ts";
import { until } from "../tests/until.ts";

let server: TestServer;
const endings: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const database = await startEmbeddedDatabase();
  server = await TestServer.start(database);
  endings.push(() => server.close(), database.close);
});
afterAll(async () => {
  for (const end of endings) await end();
});

test("workers on other hosts, each with models of its own, share the work over HTTP: each draws what it can, none twice", async () => {
  const [both, one] = [["sd", "sd2"], ["sd"]].map((models) => startWorkerProcess(server, { models }));
  // Also after a failure: they would go on asking.
  for (const worker of [both, one]) if (worker !== undefined) endings.unshift(() => worker.close());
  const { sql } = server.services.connection;
  await until("both ask for work", 30_000, async () => (await sql`select 1 from workers`).length === 2);
  const owners = [await server.owner(), await server.owner()];
  const common = new AskingClients(owners, { model: "tiny-sd", num_steps: 8 });
  const rare = new AskingClients(owners, { model: "tiny-sd2" });
  await Promise.all([common.ask(12), rare.ask(4)]);
  await Promise.all([drained(common, 60_000), drained(rare, 60_000)]);

  const rows = await sql`
    select model, worker_id, attempt, jsonb_array_length(models) as offers
    from generated_images join workers on workers.id = worker_id`;
  expect(rows).toHaveLength(16);
  expect(rows.filter(({ attempt }) => attempt !== 1)).toEqual([]);
  const drewCommon = rows.filter(({ model }) => model === "tiny-sd").map(({ worker_id: id }) => id);
  expect(new Set(drewCommon).size).toBe(2);
  const drewRare = rows.filter(({ model }) => model === "tiny-sd2");
  expect(new Set(drewRare.map(({ worker_id: id }) => id)).size).toBe(1);
  const mostOffered = Math.max(...rows.map(({ offers }) => Number(offers)));
  expect(drewRare.every(({ offers }) => offers === mostOffered)).toBe(true);

  const all = new AskingClients(owners, {});
  all.acknowledged.push(...common.acknowledged, ...rare.acknowledged);
  await expectNothingLost(all);
}, 120_000);
