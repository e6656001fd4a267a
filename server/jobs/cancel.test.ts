import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect, type Connection } from "../db/connect.ts";
import type { TestDatabase } from "../tests/embedded-database.ts";
import { TestServer } from "../tests/test-server.ts";
import { startPostgres } from "../tests/true-postgres.ts";
import { until } from "../tests/until.ts";

let postgres: TestDatabase;
let server: TestServer;
let beside: Connection;

beforeAll(async () => {
  postgres = await startPostgres();
  server = await TestServer.start(postgres);
  beside = connect(postgres.url);
});
afterAll(async () => {
  await beside.close();
  await server.close();
  await postgres.close();
});

test("a picture is cancelled while a claim holds its job: neither waits for what the other has locked", async () => {
  const owner = await server.owner();
  const id = await owner.ask("taken and cancelled at once");
  const deleted = await beside.database.transaction(async (claim) => {
    const job = await claim.execute(
      sql`select id from pgboss.job where data ->> 'imageId' = ${id} for update`,
    );
    expect(job.rows).toHaveLength(1);
    const deleting = owner.call("DELETE", `/api/generated-images/${id}`);
    await until("the picture is cancelled", 10_000, async () => {
      const [row] = await beside.sql`select status from generated_images where id = ${id}`;
      return row?.["status"] === "cancelled";
    });
    await claim.execute(sql`select id from generated_images where id = ${id} for update`);
    return { deleting };
  });
  expect((await deleted.deleting).status).toBe(204);
  const [job] = await beside.sql`select state from pgboss.job where data ->> 'imageId' = ${id}`;
  expect(job).toEqual({ state: "cancelled" });
});
