import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEPLOYMENTS, type Deployment } from "../../tests/deployments.ts";
import { ScriptedWorker, smallPng } from "../../tests/scripted-worker.ts";
import type { OwnerClient, TestServer } from "../../tests/test-server.ts";

describe.each(DEPLOYMENTS)("kept uploads on $name", ({ start }) => {
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

  const initImage = async (colour: string) => owner.upload("init_image", "image/png", await smallPng(colour));
  const isKept = async (id: string): Promise<boolean> => {
    const { connection, store } = server.services;
    const [row] = await connection.sql`select object_key from uploads where id = ${id}`;
    return row !== undefined && (await store.head(String(row["object_key"]))) !== undefined;
  };
  const removed = async (path: string) => (await owner.call("DELETE", path)).status;

  test("what is put after an upload was checked changes nothing, and completing it again tells the same", async () => {
    const [checked, later] = [await smallPng("#112233"), await smallPng("#445566")];
    const announced = {
      purpose: "init_image",
      content_type: "image/png",
      bytes: checked.byteLength,
      sha256: createHash("sha256").update(checked).digest("hex"),
    };
    expect(later.byteLength).toBe(checked.byteLength);
    const { id, put } = (await (await owner.call("POST", "/api/uploads", announced)).json()) as {
      id: string;
      put: { url: string; headers: Record<string, string> };
    };
    const putting = (bytes: Uint8Array) =>
      fetch(put.url, { method: "PUT", headers: put.headers, body: Buffer.from(bytes) });
    await putting(checked);
    const complete = async (): Promise<unknown> =>
      (await owner.call("POST", `/api/uploads/${id}/complete`)).json();
    const told = await complete();
    expect((await putting(later)).ok).toBe(true);
    expect(await complete()).toEqual(told);
    const image = await owner.ask("from it", { init_image: id });
    const { inputs, leaseId } = await worker.mustClaim();
    const given = await fetch(inputs.initImage ?? "");
    expect(new Uint8Array(await given.arrayBuffer())).toEqual(checked);
    await worker.api.release(leaseId);
    await owner.call("DELETE", `/api/generated-images/${image}`);
  });

  test("an upload is deleted by its owner alone, and not while a picture is to be drawn from it", async () => {
    const id = await initImage("#223344");
    const stranger = await server.owner();
    expect((await stranger.call("DELETE", `/api/uploads/${id}`)).status).toBe(404);
    const image = await owner.ask("waits", { init_image: id });
    expect(await removed(`/api/uploads/${id}`)).toBe(409);
    expect(await isKept(id)).toBe(true);
    await owner.call("DELETE", `/api/generated-images/${image}`);
    expect(await removed(`/api/uploads/${id}`)).toBe(204);
    expect(await isKept(id)).toBe(false);
    expect(await removed(`/api/uploads/${id}`)).toBe(404);
  });

  test("what pictures were drawn from goes with the last of them", async () => {
    const [init, mask] = [await initImage("#334455"), await initImage("#ffffff")];
    const ids = [
      await owner.ask("one", { init_image: init, mask_image: mask, seed: 1 }),
      await owner.ask("another", { init_image: init, seed: 2 }),
    ];
    for (const _ of ids) await worker.finish(await worker.mustClaim());
    expect(await removed(`/api/generated-images/${ids[0]}`)).toBe(204);
    expect([await isKept(init), await isKept(mask)]).toEqual([true, false]);
    expect(await removed(`/api/generated-images/${ids[1]}`)).toBe(204);
    expect(await isKept(init)).toBe(false);
  });
});

describe("with a quota", () => {
  let deployment: Deployment;
  beforeAll(async () => (deployment = await DEPLOYMENTS[0]!.start({ QUOTA_PER_OWNER_MB: "1" })));
  afterAll(() => deployment.close());

  test("R01: a post that was acknowledged is answered the same when the quota is used up; another is refused", async () => {
    const { server } = deployment;
    const owner = await server.owner();
    const post = (prompt: string) =>
      owner.call(
        "POST",
        "/api/generated-images",
        { prompt, model: "tiny-sd" },
        { "idempotency-key": "the-same" },
      );
    const first = await post("a cat");
    expect(first.status).toBe(201);
    const worker = new ScriptedWorker(server);
    await worker.finish(await worker.mustClaim());
    await server.services.connection.sql`update generated_images set object_bytes = 1000001`;
    const again = await post("a cat");
    expect([again.status, await again.json()]).toEqual([201, await first.json()]);
    expect((await post("a dog")).status).toBe(422);
    expect((await owner.call("POST", "/api/generated-images", { prompt: "new" })).status).toBe(507);
    // Links have copies of their own.
    const [{ id }] = (await server.services.connection.sql`select id from generated_images`) as [
      { id: string },
    ];
    expect((await owner.call("POST", "/api/shares", { generated_image_id: id })).status).toBe(507);
  });
});
