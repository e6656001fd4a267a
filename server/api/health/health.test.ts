import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { request } from "node:http";
import { startEmbeddedDatabase, type TestDatabase } from "../../tests/embedded-database.ts";
import { ScriptedSeer } from "../../tests/scripted-seer.ts";
import { ScriptedWorker, smallPng } from "../../tests/scripted-worker.ts";
import { TestServer } from "../../tests/test-server.ts";

let database: TestDatabase;
let server: TestServer;

beforeAll(async () => {
  database = await startEmbeddedDatabase();
  server = await TestServer.start(database, { PUBLIC_URL: "https://easel.example", HOST: "192.0.2.7" });
});
afterAll(async () => {
  await server.close();
  await database.close();
});

/** fetch sets the Host header itself. */
function statusAs(
  host: string,
  path: string,
  put?: { headers: Record<string, string>; body: Uint8Array },
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const terms = { method: put === undefined ? "GET" : "PUT", headers: { ...put?.headers, host } };
    const asked = request(`${server.url}${path}`, terms, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.on("error", reject).end(put?.body);
  });
}

/** What is told may be a second old. */
const LATER = { interval: 200, timeout: 10_000 };

test("ready once a worker has asked for work and for something to see, and not when all have been silent for a minute", async () => {
  const ready = async () => {
    const answer = await fetch(`${server.url}/ready`);
    return [answer.status, (await answer.json()) as unknown];
  };
  const without = { status: "failing", database: "ok", storage: "ok", workers: 0, seeing: {} };
  await expect.poll(ready, LATER).toEqual([503, without]);
  await new ScriptedWorker(server).claim(0);
  // It draws, and has not loaded yet what it sees with.
  await expect.poll(ready, LATER).toEqual([503, { ...without, workers: 1 }]);
  await new ScriptedSeer(server).claim();
  const seeing = Object.fromEntries(server.services.seeing.all().map(({ task }) => [task, 1]));
  await expect.poll(ready, LATER).toEqual([200, { ...without, status: "ok", workers: 1, seeing }]);
  const { sql } = server.services.connection;
  await sql`update workers set last_seen_at = now() - interval '61 seconds'`;
  await expect.poll(ready, LATER).toEqual([503, { ...without, seeing }]);
  await sql`update seeing_workers set last_seen_at = now() - interval '61 seconds'`;
  await expect.poll(ready, LATER).toEqual([503, without]);
  expect(await (await fetch(`${server.url}/health`)).json()).toEqual({ status: "ok" });
});

test("however often /ready is asked, database and store are looked at once a second", async () => {
  const check = vi.spyOn(server.services.store, "check");
  const count = vi.spyOn(server.services.seeingPresence, "count");
  const since = performance.now();
  await Promise.all(Array.from({ length: 30 }, () => fetch(`${server.url}/ready`)));
  const seconds = Math.ceil((performance.now() - since) / 1000) + 1;
  for (const { mock } of [check, count]) expect(mock.calls.length).toBeLessThanOrEqual(seconds);
  vi.restoreAllMocks();
});

test("with PUBLIC_URL set, another Host is refused, but for what machines ask", async () => {
  expect(await statusAs("easel.example", "/api/models")).toBe(200);
  for (const path of ["/api/models", "/", "/s/anything", "/v1/models", "/api/owners"])
    expect([path, await statusAs("evil.example", path)]).toEqual([path, 403]);
  expect(await statusAs("evil.example:8787", "/api/models")).toBe(403);
  expect(await statusAs("localhost:8787", "/api/models")).toBe(200);
  expect(await statusAs("api:8787", "/health")).toBe(200);
  // Where `easel token` and `easel backup` find the server.
  expect(await statusAs("192.0.2.7:8787", "/api/models")).toBe(200);
  expect(await statusAs("192.0.2.8:8787", "/api/models")).toBe(403);
});

test("ADR 0038: a worker under an inner name puts its picture where its claim says, and without a signature nobody does", async () => {
  const owner = await server.owner();
  await owner.ask("by an inner name");
  const { output } = await new ScriptedWorker(server).mustClaim();
  const { pathname, search } = new URL(output.url);
  const put = { headers: output.headers, body: await smallPng() };
  expect(await statusAs("api:8787", `${pathname}${search}`, put)).toBe(200);
  expect(await statusAs("api:8787", pathname, put)).toBe(403);
});
