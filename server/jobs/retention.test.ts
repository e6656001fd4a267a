import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEPLOYMENTS, type Deployment } from "../tests/deployments.ts";
import { ScriptedWorker, smallPng } from "../tests/scripted-worker.ts";
import type { OwnerClient, TestServer } from "../tests/test-server.ts";
import { sweep } from "./reconcile.ts";

describe.each(DEPLOYMENTS)("what is kept on $name", ({ start }) => {
  let deployment: Deployment;
  let server: TestServer;
  let worker: ScriptedWorker;

  beforeAll(async () => {
    deployment = await start({
      KEEP_PICTURES_DAYS: "30",
      KEEP_UPLOADS_DAYS: "10",
      MAX_QUEUED_PER_ADDRESS: "3",
      TRUSTED_PROXIES: "1",
    });
    server = deployment.server;
    worker = new ScriptedWorker(server);
  });
  afterAll(() => deployment.close());

  async function drawn(owner: OwnerClient, prompt: string): Promise<{ id: string; key: string }> {
    const id = await owner.ask(prompt);
    await worker.finish(await worker.mustClaim());
    const { sql } = server.services.connection;
    const [row] = await sql`select object_key from generated_images where id = ${id}`;
    return { id, key: row?.["object_key"] as string };
  }

  const status = async (owner: OwnerClient, path: string) => (await owner.call("GET", path)).status;

  test("pictures and uploads older than set go with their objects, the others stay", async () => {
    const { store, connection } = server.services;
    const owner = await server.owner();
    const old = await drawn(owner, "old");
    const young = await drawn(owner, "young");
    const png = await smallPng();
    const upload = await owner.upload("init_image", "image/png", png);
    const [row] = await connection.sql`select object_key from uploads where id = ${upload}`;
    const uploadKey = row?.["object_key"] as string;
    const shared = await owner.call("POST", "/api/shares", { generated_image_id: old.id });
    const { slug } = (await shared.json()) as { slug: string };

    await connection.sql`update uploads set created_at = now() - interval '9 days'`;
    await connection.sql`update orphan_objects set not_before = not_before - interval '2 days'`;
    await connection.sql`update generated_images set finished_at = now() - interval '29 days' where id = ${young.id}`;
    await connection.sql`update generated_images set finished_at = now() - interval '31 days' where id = ${old.id}`;
    await sweep(server.services);
    expect(await status(owner, `/api/generated-images/${old.id}`)).toBe(404);
    expect(await store.head(old.key)).toBeUndefined();
    expect(await status(owner, `/api/generated-images/${young.id}`)).toBe(200);
    expect(await store.head(young.key)).toBeDefined();
    expect(await store.head(uploadKey)).toBeDefined();
    // The link holds a copy of its own, and outlives the picture as set.
    expect((await fetch(`${server.url}/s/${slug}`)).status).toBe(200);

    await connection.sql`update uploads set created_at = now() - interval '11 days'`;
    await sweep(server.services);
    expect(await store.head(uploadKey)).toBeUndefined();
    expect(await connection.sql`select count(*)::int as count from uploads`).toEqual([{ count: 0 }]);
  });

  test("where links do not outlive, they go with the picture and its copy", async () => {
    const { store, connection } = server.services;
    const owner = await server.owner();
    const { id } = await drawn(owner, "gone with its link");
    const shared = await owner.call("POST", "/api/shares", { generated_image_id: id });
    const { id: shareId, slug } = (await shared.json()) as { id: string; slug: string };
    await connection.sql`update generated_images set finished_at = now() - interval '31 days' where id = ${id}`;
    const settings = { ...server.services.settings, SHARES_OUTLIVE: false };
    await sweep({ ...server.services, settings });
    expect((await fetch(`${server.url}/s/${slug}`)).status).toBe(404);
    expect(await store.head(`shares/${shareId}/picture.png`)).toBeUndefined();
  });

  test("owners who made nothing are swept after a week, and their token goes on", async () => {
    const { sql } = server.services.connection;
    const [idle, busy] = [await server.owner(), await server.owner()];
    await drawn(busy, "something");
    const hash = (token: string) => createHash("sha256").update(token).digest("hex");
    const known = async (owner: OwnerClient) =>
      (await sql`select 1 from owners where token_hash = ${hash(owner.token)}`).length;
    expect(await known(idle)).toBe(1);
    await sweep(server.services);
    expect(await known(idle)).toBe(1);
    await sql`update owners set created_at = now() - interval '8 days'`;
    await sweep(server.services);
    expect([await known(idle), await known(busy)]).toEqual([0, 1]);
    await drawn(idle, "back again");
  });

  test("R18: an address's waiting pictures are counted together, whoever asks, and forgotten afterwards", async () => {
    const owners = [await server.owner(), await server.owner()] as const;
    const ask = (owner: OwnerClient, from: string) =>
      owner.call(
        "POST",
        "/api/generated-images",
        { prompt: "waits", model: "tiny-sd" },
        { "x-forwarded-for": from },
      );
    for (const owner of [owners[0], owners[1], owners[0]])
      expect((await ask(owner, "6.6.6.6, 203.0.113.7")).status).toBe(201);
    const refused = await ask(owners[1], "203.0.113.7");
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({
      error: { code: "queue_full", message: expect.stringContaining("network address") as string },
    });
    expect((await ask(owners[1], "203.0.113.8")).status).toBe(201);
    for (let index = 0; index < 4; index++) await worker.finish(await worker.mustClaim());
    expect((await ask(owners[1], "203.0.113.7")).status).toBe(201);
    await sweep(server.services);
    const left = await server.services.connection
      .sql`select status from generated_images where address is not null`;
    expect(left.map((row) => row["status"] as string)).toEqual(["queued"]);
    await worker.finish(await worker.mustClaim());
  });

  test("an owner's quota refuses uploads and pictures until something is deleted", async () => {
    const owner = await server.owner();
    const { id, key } = await drawn(owner, "fills it");
    const size = (await server.services.store.head(key))?.bytes ?? 0;
    const { settings } = server.services;
    // The services are one object: the server that answers looks at these settings.
    server.services.settings = { ...settings, QUOTA_PER_OWNER_MB: size / 1e6 };
    try {
      const ask = () => owner.call("POST", "/api/generated-images", { prompt: "more", model: "tiny-sd" });
      expect([(await ask()).status, await (await ask()).json()]).toMatchObject([
        507,
        { error: { code: "quota_exceeded" } },
      ]);
      const upload = { purpose: "share", content_type: "image/png", bytes: 10, sha256: "0".repeat(64) };
      expect((await owner.call("POST", "/api/uploads", upload)).status).toBe(507);
      await owner.call("DELETE", `/api/generated-images/${id}`);
      expect((await ask()).status).toBe(201);
    } finally {
      server.services.settings = settings;
    }
  });
});
