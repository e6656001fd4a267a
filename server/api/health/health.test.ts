import { afterAll, beforeAll, expect, test } from "vitest";
import { request } from "node:http";
import { startEmbeddedDatabase, type TestDatabase } from "../../tests/embedded-database.ts";
import { ScriptedSeer } from "../../tests/scripted-seer.ts";
import { ScriptedWorker } from "../../tests/scripted-worker.ts";
import { TestServer } from "../../tests/test-server.ts";

let database: TestDatabase;
let server: TestServer;

beforeAll(async () => {
  database = await startEmbeddedDatabase();
  server = await TestServer.start(database, { PUBLIC_URL: "https://easel.example" });
});
afterAll(async () => {
  await server.close();
  await database.close();
});

/** fetch sets the Host header itself. */
function statusAs(host: string, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(`${server.url}${path}`, { headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.on("error", reject).end();
  });
}

test("ready once a worker has asked for work and for something to see, and not when all have been silent for a minute", async () => {
  const ready = async () => {
    const answer = await fetch(`${server.url}/ready`);
    return [answer.status, (await answer.json()) as unknown];
  };
  const without = { status: "failing", database: "ok", storage: "ok", workers: 0, seeing: {} };
  expect(await ready()).toEqual([503, without]);
  await new ScriptedWorker(server).claim(0);
  // It draws, and has not loaded yet what it sees with.
  expect(await ready()).toEqual([503, { ...without, workers: 1 }]);
  await new ScriptedSeer(server).claim();
  const seeing = Object.fromEntries(server.services.seeing.all().map(({ task }) => [task, 1]));
  expect(await ready()).toEqual([200, { ...without, status: "ok", workers: 1, seeing }]);
  const { sql } = server.services.connection;
  await sql`update workers set last_seen_at = now() - interval '61 seconds'`;
  expect(await ready()).toEqual([503, { ...without, seeing }]);
  await sql`update seeing_workers set last_seen_at = now() - interval '61 seconds'`;
  expect(await ready()).toEqual([503, without]);
  expect(await (await fetch(`${server.url}/health`)).json()).toEqual({ status: "ok" });
});

test("with PUBLIC_URL set, another Host is refused, but for what machines ask", async () => {
  expect(await statusAs("easel.example", "/api/models")).toBe(200);
  for (const path of ["/api/models", "/", "/s/anything", "/v1/models", "/api/owners"])
    expect([path, await statusAs("evil.example", path)]).toEqual([path, 403]);
  expect(await statusAs("evil.example:8787", "/api/models")).toBe(403);
  expect(await statusAs("localhost:8787", "/api/models")).toBe(200);
  expect(await statusAs("api:8787", "/health")).toBe(200);
});
