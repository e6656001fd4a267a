import { afterAll, beforeAll, expect, test } from "vitest";
import { count } from "../tests/counts.ts";
import { startEmbeddedDatabase, type TestDatabase } from "../tests/embedded-database.ts";
import { TestServer } from "../tests/test-server.ts";
import { pass } from "../tests/until.ts";

const PER_SECOND = 50;
const SECONDS = count(2, 60);

let database: TestDatabase;
let server: TestServer;

beforeAll(async () => {
  database = await startEmbeddedDatabase();
  const anyNumber = { MAX_QUEUED_PER_OWNER: "10000", MAX_QUEUED_PER_ADDRESS: "0" };
  server = await TestServer.start(database, anyNumber);
});
afterAll(async () => {
  await server.close();
  await database.close();
});

test(`R23: ${PER_SECOND} submissions a second for ${SECONDS} s on the embedded database: all are taken, no 5xx`, async () => {
  const owner = await server.owner();
  const body = { prompt: "one of many", model: "tiny-sd" };
  const begin = performance.now();
  const asked: Promise<number>[] = [];
  for (let index = 0; index < PER_SECOND * SECONDS; index++) {
    // At an even pace, whether or not the ones before were answered.
    await pass(Math.max(0, begin + (index * 1000) / PER_SECOND - performance.now()));
    asked.push(
      owner.call("POST", "/api/generated-images", body).then(async (reply) => {
        await reply.arrayBuffer();
        return reply.status;
      }),
    );
  }
  const statuses = await Promise.all(asked);
  expect(statuses.filter((status) => status !== 201)).toEqual([]);
  expect(statuses.length).toBe(PER_SECOND * SECONDS);
}, 180_000);
