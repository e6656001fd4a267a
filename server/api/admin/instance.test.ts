import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { overviewSchema, type OverviewWire } from "../../../src/contracts/administration.ts";
import { SEALED_TYPE } from "../../../src/contracts/sealed-picture.ts";
import { sealPicture } from "../../../src/share/sealed-picture.ts";
import { DEPLOYMENTS, type Deployment } from "../../tests/deployments.ts";
import { ScriptedWorker, smallPng } from "../../tests/scripted-worker.ts";
import type { OwnerClient, TestServer } from "../../tests/test-server.ts";

describe.each(DEPLOYMENTS)("the administration's page on $name", ({ start }) => {
  let deployment: Deployment;
  let server: TestServer;
  let owner: OwnerClient;
  let worker: ScriptedWorker;

  beforeAll(async () => {
    deployment = await start();
    server = deployment.server;
    owner = await server.owner();
    worker = new ScriptedWorker(server);
  });
  afterAll(() => deployment.close());

  async function look(): Promise<OverviewWire> {
    return overviewSchema.parse(await (await server.admin("GET", "/api/admin/overview")).json());
  }

  test("the queue, the workers, the cache and the storage are told as they stand, without prompts", async () => {
    const drawn = await owner.ask("a secret hat", { seed: 1 });
    const png = await smallPng();
    await worker.finish(await worker.mustClaim(), png);
    await owner.ask("a secret cat");
    await owner.ask("a secret dog");
    await worker.mustClaim();
    const text = await (await server.admin("GET", "/api/admin/overview")).text();
    expect(text).not.toContain("secret");
    const told = await look();
    expect(told.queues).toMatchObject([{ model: "tiny-sd", waiting: 1, running: 1 }]);
    expect(told.queues[0]?.oldest_seconds).toBeGreaterThanOrEqual(0);
    expect(told.workers).toMatchObject([{ name: "scripted", live: true, running: 1 }]);
    expect(told.cache).toEqual({ pictures: 1 });
    // A second owner of the same object takes no more storage.
    await (await server.owner()).ask("a secret hat", { seed: 1 });
    expect((await look()).storage.pictures).toEqual({ objects: 1, bytes: png.byteLength });
    expect(await owner.image(drawn)).toMatchObject({ status: "succeeded" });
  });

  test("a picture that failed after its last attempt is listed, and drawn after a redrive", async () => {
    const claim = await worker.mustClaim();
    await server.services.connection.sql`update pgboss.job set retry_limit = 0 where state = 'active'`;
    await worker.api.fail(claim.leaseId, { code: "out_of_memory", message: "too large" }, true);
    const failed = (await look()).failed;
    expect(failed).toMatchObject([
      { id: claim.jobId, model: "tiny-sd", code: "out_of_memory", redrivable: true, attempts: 1 },
    ]);
    expect(await (await server.admin("POST", "/api/admin/redrive")).json()).toEqual({ redriven: 1 });
    const again = await worker.mustClaim();
    expect(again.jobId).toBe(claim.jobId);
    await worker.finish(again);
    expect(await owner.image(claim.jobId)).toMatchObject({ status: "succeeded" });
    expect((await look()).failed).toEqual([]);
  });

  test("storage is told as the object store has it: uploads and links with their copies, and what can't be deleted", async () => {
    const { store, connection } = server.services;
    const { storage: before } = await look();
    const png = await smallPng("#118833");
    const public_ = await owner.upload("share", "image/png", png);
    const { bytes } = await sealPicture(new Blob([Buffer.from(png)]), "a secret prompt");
    const sealed = await owner.upload("private_share", SEALED_TYPE, bytes);
    const links: { id: string; private: boolean }[] = [];
    for (const id of [public_, sealed])
      links.push(
        (await (await owner.call("POST", "/api/shares", { upload_id: id })).json()) as (typeof links)[0],
      );
    expect(links.map((link) => link.private)).toEqual([false, true]);
    const lying = await Promise.all(
      links.map(
        async ({ id }, index) => (await store.head(`shares/${id}/picture.${["png", "bin"][index]}`))?.bytes,
      ),
    );
    expect(lying).toEqual([png.byteLength, bytes.byteLength]);
    const { storage } = await look();
    expect(storage.shares).toEqual({ objects: 2, bytes: png.byteLength + bytes.byteLength });
    // An upload goes with the making of its link.
    expect(storage.uploads).toEqual(before.uploads);
    expect(storage.undeleted).toEqual({ objects: 0 });
    await connection.sql`insert into orphan_objects (object_key, not_before, tries)
      values ('shares/none/picture.png', now() + interval '1 hour', 3)`;
    expect((await look()).storage.undeleted).toEqual({ objects: 1 });
    for (const { id } of links) await server.admin("DELETE", `/api/admin/shares/${id}`);
    expect((await look()).storage.shares).toEqual({ objects: 0, bytes: 0 });
  });

  test("everybody's links are listed and can be revoked; none of it without the admin token", async () => {
    const { generated_images } = await owner.get("/api/generated-images");
    const drawn = (generated_images as { id: string; status: string }[]).find(
      ({ status }) => status === "succeeded",
    );
    const made = await owner.call("POST", "/api/shares", { generated_image_id: drawn?.id });
    const { id, url } = (await made.json()) as { id: string; url: string };
    const { shares } = (await (await server.admin("GET", "/api/admin/shares")).json()) as {
      shares: { id: string }[];
    };
    expect(shares.map((share) => share.id)).toEqual([id]);
    for (const [method, path] of [
      ["GET", "/api/admin/overview"],
      ["POST", "/api/admin/redrive"],
      ["GET", "/api/admin/shares"],
      ["DELETE", `/api/admin/shares/${id}`],
    ] as const)
      expect([path, (await owner.call(method, path)).status]).toEqual([path, 401]);
    expect((await fetch(url)).status).toBe(200);
    expect((await server.admin("DELETE", `/api/admin/shares/${id}`)).status).toBe(204);
    expect((await fetch(url)).status).toBe(404);
    expect((await server.admin("DELETE", `/api/admin/shares/${id}`)).status).toBe(404);
  });
});
