import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asFailure } from "../../src/contracts/errors.ts";
import { count } from "../tests/counts.ts";
import { DEPLOYMENTS, type Deployment } from "../tests/deployments.ts";
import { readEvents } from "../tests/event-reader.ts";
import { ScriptedWorker, smallPng } from "../tests/scripted-worker.ts";
import type { TestServer } from "../tests/test-server.ts";
import { until } from "../tests/until.ts";

const STEP = { type: "step", step: 6, steps: 12, etaSeconds: 1 } as const;

describe.each(DEPLOYMENTS)("jobs under a lease on $name", ({ start }) => {
  let deployment: Deployment;
  let server: TestServer;

  beforeAll(async () => {
    deployment = await start();
    server = deployment.server;
  });
  afterAll(() => deployment.close());

  test("R07: a cancelled running job's worker hears of it with its next heartbeat, and no result is shown", async () => {
    const owner = await server.owner();
    const worker = new ScriptedWorker(server);
    const id = await owner.ask("stopped half way");
    const claim = await worker.mustClaim();
    expect(await worker.api.progress(claim.leaseId, STEP)).toMatchObject({ cancelled: false });
    await owner.call("DELETE", `/api/generated-images/${id}`);
    expect(await worker.api.progress(claim.leaseId, null)).toMatchObject({ cancelled: true });
    expect(await worker.finish(claim).catch(asFailure)).toMatchObject({ code: "lease_lost" });
    expect(await owner.image(id)).toMatchObject({ status: "cancelled", file_name: null });
    expect((await owner.call("GET", `/api/generated-images/${id}/url`)).status).toBe(409);
  });

  test("R24: a job that is handed back is ready at once and counts no attempt", async () => {
    const owner = await server.owner();
    const worker = new ScriptedWorker(server);
    const id = await owner.ask("handed back");
    for (let round = 0; round < 5; round++) {
      const claim = await worker.mustClaim(0);
      expect(claim).toMatchObject({ jobId: id, attempt: 1 });
      await worker.api.release(claim.leaseId);
      expect(await owner.image(id)).toMatchObject({ status: "queued", progress: 0 });
      expect(await worker.api.release(claim.leaseId).catch(asFailure)).toMatchObject({ code: "lease_lost" });
    }
    await worker.finish(await worker.mustClaim(0));
    expect(await owner.image(id)).toMatchObject({ status: "succeeded" });
  });

  test("R03: a killed worker's job is leased again within 15 s and finishes; the dead one's lease is worth nothing", async () => {
    const owner = await server.owner();
    const [dead, alive] = [new ScriptedWorker(server), new ScriptedWorker(server)];
    const id = await owner.ask("orphaned");
    const lost = await dead.mustClaim();
    await dead.api.progress(lost.leaseId, STEP);
    const killedAt = Date.now();
    const claim = await alive.mustClaim(20);
    expect(claim).toMatchObject({ jobId: id, attempt: 2 });
    expect(Date.now() - killedAt).toBeLessThan(15_000);
    expect(await dead.api.progress(lost.leaseId, null).catch(asFailure)).toMatchObject({
      code: "lease_lost",
    });
    expect(await dead.finish(lost).catch(asFailure)).toMatchObject({ code: "lease_lost" });
    const png = await smallPng("#00ff00");
    await alive.finish(claim, png);
    const { url } = await owner.get(`/api/generated-images/${id}/url`);
    expect(new Uint8Array(await (await fetch(String(url))).arrayBuffer())).toEqual(png);
    const types = (await readEvents(owner, id, { lastEventId: 0 })).map(({ event }) => event.type);
    expect(types.filter((type) => type === "succeeded")).toHaveLength(1);
  });

  test("R05: 8 workers claim every job, none of them twice", async () => {
    const ids: string[] = [];
    // An owner may have 50 pictures waiting.
    for (let batch = 0; batch < count(1, 50); batch++) {
      const owner = await server.owner();
      ids.push(
        ...(await Promise.all(Array.from({ length: 40 }, (_, index) => owner.ask(`picture ${index}`)))),
      );
    }
    const png = await smallPng();
    const drawn: string[] = [];
    const work = async () => {
      const worker = new ScriptedWorker(server);
      for (let claim = await worker.claim(); claim !== undefined; claim = await worker.claim()) {
        drawn.push(claim.jobId);
        await worker.finish(claim, png);
      }
    };
    await Promise.all(Array.from({ length: 8 }, work));
    expect([...drawn].sort()).toEqual([...ids].sort());
  });

  test("a worker is given only what it can draw: a model in the server's very revision whose largest picture fits", async () => {
    const owner = await server.owner();
    // It draws 64 x 64 by itself, and 96 x 64 where it is asked to.
    const id = await owner.ask("for who can draw it", { model: "tiny-sdxl", width: 96, height: 64 });
    const digest = server.services.models.find("tiny-sdxl")?.digest ?? "";
    const worker = new ScriptedWorker(server);
    const claimWith = (models: { id: string; digest: string }[], maxPixels: number) =>
      worker.api.claim(
        { workerId: worker.id, name: "", version: "", provider: "cpu", models, maxPixels, waitSeconds: 0 },
        new AbortController().signal,
      );
    const able = { id: "tiny-sdxl", digest };
    expect(await claimWith([{ ...able, digest: "0".repeat(64) }], 1e6)).toBeUndefined();
    expect(await claimWith([{ ...able, id: "tiny-sd" }], 1e6)).toBeUndefined();
    expect(await claimWith([able], 96 * 64 - 1)).toBeUndefined();
    // Nor does it count for those who ask what can be drawn.
    const [known] = await server.services.connection.sql`select models from workers where id = ${worker.id}`;
    expect(known).toEqual({ models: [] });
    const claim = await claimWith([able], 96 * 64);
    expect(claim?.jobId).toBe(id);
    if (claim !== undefined) await worker.finish(claim);
  });

  test("a worker that went away while it waited is given nothing", async () => {
    const owner = await server.owner();
    const [gone, here] = [new ScriptedWorker(server), new ScriptedWorker(server)];
    const hangUp = new AbortController();
    const waiting = gone.claim(20, hangUp.signal).catch(() => "hung up");
    await until("the server knows the worker", 5000, async () => {
      const rows = await server.services.connection.sql`select 1 from workers where id = ${gone.id}`;
      return rows.length === 1;
    });
    hangUp.abort();
    expect(await waiting).toBe("hung up");
    const id = await owner.ask("for those who are here");
    const claim = await here.mustClaim(5);
    expect(claim).toMatchObject({ jobId: id, attempt: 1 });
    await here.finish(claim);
  });
});
