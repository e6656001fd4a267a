import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEPLOYMENTS, type Deployment } from "../tests/deployments.ts";
import { ScriptedWorker, smallPng } from "../tests/scripted-worker.ts";
import type { TestServer } from "../tests/test-server.ts";
import { resultKey } from "./result-object.ts";
import { sweep } from "./reconcile.ts";

describe.each(DEPLOYMENTS)("sweeping on $name", ({ start }) => {
  let deployment: Deployment;
  let server: TestServer;

  beforeAll(async () => {
    deployment = await start();
    server = deployment.server;
  });
  afterAll(() => deployment.close());

  test("R10: an object that no row adopted is deleted once its time is over, and no other", async () => {
    const { store, connection } = server.services;
    const owner = await server.owner();
    const worker = new ScriptedWorker(server);
    const png = await smallPng();

    const kept = await owner.ask("kept");
    const keptClaim = await worker.mustClaim();
    await worker.finish(keptClaim, png);
    const lost = await owner.ask("put, but never completed");
    const lostClaim = await worker.mustClaim();
    await fetch(lostClaim.output.url, {
      method: "PUT",
      headers: lostClaim.output.headers,
      body: Buffer.from(png),
    });
    const upload = { purpose: "share", content_type: "image/png", bytes: png.length, sha256: "0".repeat(64) };
    const { put } = (await (await owner.call("POST", "/api/uploads", upload)).json()) as {
      put: { url: string; headers: Record<string, string> };
    };
    await fetch(put.url, { method: "PUT", headers: put.headers, body: Buffer.from(png) });
    const uploadKey = (await connection.sql`select object_key from uploads`)[0]?.["object_key"] as string;
    const [keptKey, lostKey] = [resultKey(kept, keptClaim.leaseId), resultKey(lost, lostClaim.leaseId)];

    await sweep(server.services);
    for (const key of [keptKey, lostKey, uploadKey]) expect(await store.head(key)).toBeDefined();

    await connection.sql`update orphan_objects set not_before = not_before - interval '1 day'`;
    await connection.sql`update uploads set created_at = created_at - interval '25 hours'`;
    await sweep(server.services);
    expect(await store.head(keptKey)).toBeDefined();
    for (const key of [lostKey, uploadKey]) expect(await store.head(key)).toBeUndefined();
    expect(await connection.sql`select count(*)::int as count from orphan_objects`).toEqual([{ count: 0 }]);
    expect(await connection.sql`select count(*)::int as count from uploads`).toEqual([{ count: 0 }]);
  });
});
