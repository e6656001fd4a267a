import { sql } from "drizzle-orm";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startEmbeddedDatabase, type TestDatabase } from "../tests/embedded-database.ts";
import { connect, poolOptions, type Connection } from "./connect.ts";

let database: TestDatabase;
let connection: Connection;
let pool: pg.Pool;

beforeAll(async () => {
  database = await startEmbeddedDatabase();
  connection = connect(database.url, 4);
  pool = new pg.Pool({ ...poolOptions(database.url), max: 3 });
  await connection.sql`create table entries (id serial primary key, value int not null)`;
});
afterAll(async () => {
  await connection.close();
  await pool.end();
  await database.close();
});

test("messages of many connections never mix: each gets its own answer", async () => {
  const numbers = Array.from({ length: 300 }, (_, index) => index);
  const named = numbers.map(
    async (value) => (await connection.sql`select ${value}::int as value`)[0]?.["value"] as number,
  );
  const unnamed = numbers.map(async (value) => {
    const { rows } = await pool.query<{ value: number }>("select $1::int as value", [value]);
    return rows[0]?.value;
  });
  expect(await Promise.all(named)).toEqual(numbers);
  expect(await Promise.all(unnamed)).toEqual(numbers);
});

test("transactions of two connections run one after the other, and see their own changes only", async () => {
  const add = (value: number) =>
    connection.database.transaction(async (tx) => {
      const counted = sql`select count(*)::int as count from entries`;
      const before = await tx.execute(counted);
      await tx.execute(sql`insert into entries (value) values (${value})`);
      const after = await tx.execute(counted);
      return (after.rows[0]?.["count"] as number) - (before.rows[0]?.["count"] as number);
    });
  expect(await Promise.all(Array.from({ length: 20 }, (_, index) => add(index)))).toEqual(
    Array<number>(20).fill(1),
  );
});

test("an error ends its own statement only, in the simple and in the extended protocol", async () => {
  await expect(
    connection.sql`select nothing from entries where id = ${1}`.then(() => "answered"),
  ).rejects.toThrow(/nothing/);
  await expect(pool.query("select $1::int", ["x"])).rejects.toThrow(/invalid input syntax/);
  await expect(pool.query("selec 1")).rejects.toThrow(/syntax error/);
  expect((await pool.query<{ one: number }>("select 1 as one")).rows).toEqual([{ one: 1 }]);
});

test("a client that vanishes in a transaction holds nobody up, and its changes are gone", async () => {
  const client = new pg.Client(poolOptions(database.url));
  client.on("error", () => {});
  await client.connect();
  await client.query("begin");
  await client.query("insert into entries (value) values (-1)");
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  expect(await connection.sql`select count(*)::int as count from entries where value = -1`).toEqual([
    { count: 0 },
  ]);
});

test("a database whose clients are in the middle of things is closed all the same, and soon", async () => {
  const other = await startEmbeddedDatabase();
  const clients = Array.from({ length: 6 }, () => new pg.Client(poolOptions(other.url)));
  for (const client of clients) client.on("error", () => {});
  await Promise.all(clients.map((client) => client.connect()));
  const [first, ...rest] = clients;
  await first?.query("begin");
  const cut = rest.map((client) =>
    client.query("select $1::int", [1]).then(
      () => "answered",
      () => "cut off",
    ),
  );
  const started = performance.now();
  await other.close();
  expect(performance.now() - started).toBeLessThan(10_000);
  expect(await Promise.all(cut)).toEqual(Array<string>(5).fill("cut off"));
});
