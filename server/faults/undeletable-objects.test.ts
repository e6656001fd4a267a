import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deleteOrphans } from "../jobs/orphans.ts";
import { startEmbeddedDatabase } from "../tests/embedded-database.ts";
import { FaultProxy } from "../tests/fault-proxy.ts";
import { s3Environment, startS3 } from "../tests/s3.ts";
import { ScriptedWorker } from "../tests/scripted-worker.ts";
import { TestServer, type OwnerClient } from "../tests/test-server.ts";
import { startPostgres } from "../tests/true-postgres.ts";
import { until } from "../tests/until.ts";

/** A store that deletes nothing until `mend`; reading may fail too. */
type Break = (objectKey: string) => { mend: () => void };

interface Setting {
  server: TestServer;
  breaks: Record<string, Break>;
  close: () => Promise<void>;
}

const SETTINGS: { name: string; faults: string[]; start: () => Promise<Setting> }[] = [
  {
    name: "PGlite and disk",
    faults: ["a folder where the file was"],
    async start() {
      const database = await startEmbeddedDatabase();
      const server = await TestServer.start(database, { LOG_LEVEL: "silent" });
      const aFolder: Break = (objectKey) => {
        const file = join(server.services.settings.DATA_DIR, "objects", objectKey);
        const aside = `${file}.aside`;
        renameSync(file, aside);
        mkdirSync(file);
        writeFileSync(join(file, "in the way"), "");
        const mend = () => {
          rmSync(file, { recursive: true });
          renameSync(aside, file);
        };
        return { mend };
      };
      return {
        server,
        breaks: { "a folder where the file was": aFolder },
        async close() {
          await server.close();
          await database.close();
        },
      };
    },
  },
  {
    name: "Postgres and S3",
    faults: ["unavailable", "stall"],
    async start() {
      const [database, s3] = await Promise.all([startPostgres(), startS3()]);
      const proxy = await FaultProxy.start(Number(new URL(s3.endpoint).port));
      const endpoint = `http://127.0.0.1:${proxy.port}`;
      const environment = { ...s3Environment({ ...s3, endpoint }), LOG_LEVEL: "silent" };
      const server = await TestServer.start(database, environment);
      const broken = (fault: "unavailable" | "stall"): Break => {
        return () => {
          proxy.fault = fault;
          return { mend: () => (proxy.fault = "pass") };
        };
      };
      return {
        server,
        breaks: { unavailable: broken("unavailable"), stall: broken("stall") },
        async close() {
          await server.close();
          await proxy.close();
          await Promise.all([s3.close(), database.close()]);
        },
      };
    },
  },
];

describe.each(SETTINGS)("a store that can't delete, $name", ({ faults, start }) => {
  let setting: Setting;
  let server: TestServer;
  let owner: OwnerClient;

  beforeAll(async () => {
    setting = await start();
    ({ server } = setting);
    owner = await server.owner();
  });
  afterAll(() => setting.close());

  async function drawn(): Promise<string> {
    const id = await owner.ask("soon gone");
    const worker = new ScriptedWorker(server);
    await worker.finish(await worker.mustClaim());
    return id;
  }

  const statusOf = async (url: string) => (await fetch(url, { redirect: "manual" })).status;
  const undeleted = async () => {
    const text = await (await server.admin("GET", "/metrics")).text();
    return Number(/^easel_objects_undeleted (\d+)$/m.exec(text)?.[1]);
  };
  /** What is noted of the object: failed tries, and the seconds until the next one. */
  async function noted(objectKey: string) {
    const [row] = await server.services.connection.sql`
      select tries, extract(epoch from not_before - clock_timestamp())::float8 as wait
      from orphan_objects where object_key = ${objectKey}`;
    return row === undefined ? undefined : { tries: Number(row["tries"]), wait: Number(row["wait"]) };
  }

  /** Ends something while the store is broken: at once for everybody; its object goes when the store is back. */
  async function endWhileBroken(fault: string, path: string, objectKey: string, dead: () => Promise<void>) {
    const { mend } = setting.breaks[fault]?.(objectKey) ?? { mend: () => {} };
    const started = performance.now();
    expect((await owner.call("DELETE", path)).status).toBe(204);
    // Nobody waits for a store that says nothing.
    expect(performance.now() - started).toBeLessThan(4000);
    await dead();
    await until("a try failed", 40_000, async () => ((await noted(objectKey))?.tries ?? 0) > 0);
    expect(await undeleted()).toBeGreaterThan(0);
    mend();
    // What a stalled connection kept back may arrive now.
    if (fault !== "stall") expect(await server.services.store.head(objectKey)).toBeDefined();
    await until("the object is deleted", 20_000, async () => (await noted(objectKey)) === undefined);
    expect(await server.services.store.head(objectKey)).toBeUndefined();
    expect(await undeleted()).toBe(0);
  }

  test.each(faults)(
    "R13: a revoked link is dead at once, and its object deleted when the store is back: %s",
    async (fault) => {
      const reply = await owner.call("POST", "/api/shares", { generated_image_id: await drawn() });
      const { id, url } = (await reply.json()) as { id: string; url: string };
      const handedOut = (await fetch(`${url}/image.png`, { redirect: "manual" })).headers.get("location");
      expect(await statusOf(handedOut ?? "")).toBe(200);
      const objectKey = `shares/${id}/picture.png`;
      await endWhileBroken(fault, `/api/shares/${id}`, objectKey, async () => {
        for (const address of [url, `${url}/image.png`]) expect(await statusOf(address)).toBe(404);
        expect(await owner.get("/api/shares")).toEqual({ shares: [] });
      });
      expect(await statusOf(handedOut ?? "")).toBe(404);
    },
  );

  test("R13: so is a deleted picture, and the URL of an hour that was given for it", async () => {
    const id = await drawn();
    const { url } = await owner.get(`/api/generated-images/${id}/url`);
    const { sql } = server.services.connection;
    const [row] = await sql`select object_key from generated_images where id = ${id}`;
    const path = `/api/generated-images/${id}`;
    await endWhileBroken(faults[0] ?? "", path, String(row?.["object_key"]), async () => {
      for (const end of ["", "/url", "/events"])
        expect((await owner.call("GET", `${path}${end}`)).status).toBe(404);
    });
    expect(await statusOf(String(url))).toBe(404);
  });

  test("each failed try waits longer, five minutes at most", async () => {
    const reply = await owner.call("POST", "/api/shares", { generated_image_id: await drawn() });
    const { id } = (await reply.json()) as { id: string };
    const objectKey = `shares/${id}/picture.png`;
    const { mend } = setting.breaks[faults[0] ?? ""]?.(objectKey) ?? { mend: () => {} };
    await owner.call("DELETE", `/api/shares/${id}`);
    await until("the first try failed", 10_000, async () => (await noted(objectKey))?.tries === 1);
    const { sql } = server.services.connection;
    for (const [before, least, most] of [
      [3, 8, 16],
      [30, 150, 300],
    ] as const) {
      await sql`update orphan_objects set tries = ${before}, not_before = now() - interval '1 second'
        where object_key = ${objectKey}`;
      await deleteOrphans(server.services);
      const { tries, wait } = (await noted(objectKey)) ?? { tries: 0, wait: 0 };
      expect(tries).toBeGreaterThan(before);
      expect(wait).toBeGreaterThan(least - 2);
      expect(wait).toBeLessThan(2 * most);
    }
    mend();
    await sql`update orphan_objects set tries = 1, not_before = now() where object_key = ${objectKey}`;
    await until("the object is deleted", 20_000, async () => (await noted(objectKey)) === undefined);
  });
});
