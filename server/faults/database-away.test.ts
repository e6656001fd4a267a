import { afterAll, beforeAll, expect, test } from "vitest";
import { AskingClients } from "../tests/asking-clients.ts";
import { count } from "../tests/counts.ts";
import { drained, expectNothingLost } from "../tests/nothing-lost.ts";
import { ScriptedCrowd } from "../tests/scripted-crowd.ts";
import { TestServer } from "../tests/test-server.ts";
import { startPostgres, type TruePostgres } from "../tests/true-postgres.ts";
import { pass, until } from "../tests/until.ts";

let database: TruePostgres;
let server: TestServer;

beforeAll(async () => {
  database = await startPostgres();
  const limits = { MAX_QUEUED_PER_OWNER: "100000", MAX_QUEUED: "100000", MAX_QUEUED_PER_ADDRESS: "0" };
  server = await TestServer.start(database, { ...limits, LOG_LEVEL: "silent" });
});
afterAll(async () => {
  await server.close();
  await database.close();
});

test(
  "Postgres killed and started again under load: 503 in between, nothing lost, and it works again by itself",
  async () => {
    const owners = [await server.owner(), await server.owner()];
    const clients = new AskingClients(owners, { model: "tiny-sd" });
    const crowd = new ScriptedCrowd(server, 3);
    // A broken connection must not end the process: an exception that nobody catches fails this test.
    for (let round = 0; round < count(2, 20); round++) {
      const asking = clients.ask(25);
      await pass(300);
      await database.crash();
      const [owner] = owners;
      const refused = await owner?.call("GET", "/api/generated-images");
      expect(refused?.status).toBe(503);
      expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(await refused?.json()).toMatchObject({ error: { code: "storage_unavailable" } });
      // Open connections were used up; those that are asked for now are refused, or given up after a while.
      await pass(500);
      await database.restart();
      await asking;
    }
    await drained(clients, count(120_000, 600_000));
    await crowd.stop();
    expect([...clients.refusals.keys()]).toEqual(["503 storage_unavailable"]);
    await expectNothingLost(clients, crowd.completed);
  },
  count(180_000, 3_600_000),
);

test("what was notified is heard again once the listening session's database is back", async () => {
  const heard: string[] = [];
  const { connection } = server.services;
  await connection.listen("a-channel", (payload) => heard.push(payload));
  await database.crash();
  await database.restart();
  await until("a notification is heard", 20_000, async () => {
    await connection.sql`select pg_notify('a-channel', 'again')`.catch(() => {});
    return heard.includes("again");
  });
});
