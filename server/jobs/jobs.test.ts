import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asFailure } from "../../src/contracts/errors.ts";
import { DEPLOYMENTS, type Deployment } from "../tests/deployments.ts";
import { readEvents } from "../tests/event-reader.ts";
import { ScriptedWorker, smallPng } from "../tests/scripted-worker.ts";
import { count } from "../tests/counts.ts";
import type { TestServer } from "../tests/test-server.ts";
import { until } from "../tests/until.ts";

const STEP = { type: "step", step: 6, steps: 12, etaSeconds: 1 } as const;

describe.each(DEPLOYMENTS)("jobs on $name", ({ start }) => {
  let deployment: Deployment;
  let server: TestServer;

  beforeAll(async () => {
    deployment = await start();
    server = deployment.server;
  });
  afterAll(() => deployment.close());

  test("a picture goes from POST through a worker to a presigned URL that holds its bytes", async () => {
    const owner = await server.owner();
    const worker = new ScriptedWorker(server);
    const id = await owner.ask("a red apple", { seed: 7 });
    expect(await owner.image(id)).toMatchObject({
      id,
      status: "queued",
      progress: 0,
      queue_position: 0,
      seed: 7,
    });
    expect((await owner.call("GET", `/api/generated-images/${id}/url`)).status).toBe(409);

    const claim = await worker.mustClaim();
    expect(claim).toMatchObject({ jobId: id, attempt: 1 });
    expect(claim.request).toMatchObject({ prompt: "a red apple", seed: 7, model: "tiny-sd" });
    await worker.api.progress(claim.leaseId, STEP);
    expect(await owner.image(id)).toMatchObject({ status: "running", progress: 48 });

    const png = await smallPng("#102030");
    await worker.finish(claim, png);
    const done = { status: "succeeded", progress: 100, file_name: "a-red-apple-7.png", provider: "cpu" };
    expect(await owner.image(id)).toMatchObject(done);
    const { url, expires_at: expiresAt } = await owner.get(`/api/generated-images/${id}/url`);
    // R12: an hour unless asked otherwise, seven days at most.
    expect(Math.abs(Date.parse(String(expiresAt)) - Date.now() - 3_600_000)).toBeLessThan(10_000);
    const asked = await owner.get(`/api/generated-images/${id}/url?expires_in=604800`);
    expect(Math.abs(Date.parse(String(asked["expires_at"])) - Date.now() - 604_800_000)).toBeLessThan(10_000);
    expect((await owner.call("GET", `/api/generated-images/${id}/url?expires_in=604801`)).status).toBe(400);
    const fetched = await fetch(String(url));
    expect(fetched.headers.get("content-type")).toBe("image/png");
    expect(new Uint8Array(await fetched.arrayBuffer())).toEqual(png);
    const events = await readEvents(owner, id, { lastEventId: 0 });
    expect(events.map(({ event }) => event.type)).toEqual(["queued", "step", "succeeded"]);

    expect((await owner.call("DELETE", `/api/generated-images/${id}`)).status).toBe(204);
    expect((await fetch(String(url))).status).toBe(404);
    expect((await owner.call("GET", `/api/generated-images/${id}`)).status).toBe(404);
  });

  test("R01: 100 concurrent POSTs with one Idempotency-Key make one job and identical replies", async () => {
    const owner = await server.owner();
    const post = (prompt: string) =>
      owner.call(
        "POST",
        "/api/generated-images",
        { prompt, model: "tiny-sd" },
        { "idempotency-key": "once" },
      );
    const replies = await Promise.all(Array.from({ length: 100 }, () => post("a boat")));
    const bodies = await Promise.all(replies.map((reply) => reply.json() as Promise<unknown>));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]));
    for (const body of bodies) expect(body).toEqual(bodies[0]);
    const { generated_images: mine } = await owner.get("/api/generated-images?limit=100");
    expect(mine).toHaveLength(1);

    const other = await post("another boat");
    expect(other.status).toBe(422);
    expect(await other.json()).toMatchObject({ error: { code: "idempotency_mismatch" } });
    const stranger = await server.owner();
    expect(await stranger.ask("a boat")).not.toBe((bodies[0] as { id: string }).id);
    await drain();
  });

  test("R07: a cancelled queued job never runs", async () => {
    const owner = await server.owner();
    const id = await owner.ask("never drawn");
    expect((await owner.call("DELETE", `/api/generated-images/${id}`)).status).toBe(204);
    expect(await owner.image(id)).toMatchObject({ status: "cancelled" });
    expect(await new ScriptedWorker(server).claim()).toBeUndefined();
    const events = await readEvents(owner, id, { lastEventId: 0 });
    expect(events.map(({ event }) => event.type)).toEqual(["queued", "cancelled"]);
  });

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

  test("R10: no picture succeeds without its object, or with another one than announced", async () => {
    const owner = await server.owner();
    const worker = new ScriptedWorker(server);
    const id = await owner.ask("not there");
    const claim = await worker.mustClaim();
    const png = await smallPng();
    expect(await worker.complete(claim, png).catch(asFailure)).toMatchObject({ code: "invalid_output" });
    await fetch(claim.output.url, { method: "PUT", headers: claim.output.headers, body: Buffer.from(png) });
    const altered = png.map((byte, index) => (index === png.length - 1 ? byte ^ 1 : byte));
    expect(await worker.complete(claim, altered).catch(asFailure)).toMatchObject({ code: "invalid_output" });
    expect(await owner.image(id)).toMatchObject({ status: "running" });
    await worker.complete(claim, png);
    expect(await owner.image(id)).toMatchObject({ status: "succeeded" });
  });

  test("R06: a failing job has its exact number of attempts, growing pauses and one dead letter; redrive works", async () => {
    const owner = await server.owner();
    const worker = new ScriptedWorker(server);
    const id = await owner.ask("always fails");
    const starts: number[] = [];
    for (const attempt of [1, 2, 3]) {
      const claim = await worker.mustClaim();
      starts.push(Date.now());
      expect(claim).toMatchObject({ jobId: id, attempt });
      await worker.api.fail(claim.leaseId, { code: "out_of_memory", message: "too large" }, true);
    }
    // The n-th pause is 2^(n-1) to 2^n seconds; claiming looks once a second.
    const pauses = starts.slice(1).map((at, index) => at - (starts[index] ?? 0));
    expect(pauses[0]).toBeGreaterThan(900);
    expect(pauses[0]).toBeLessThan(4000);
    expect(pauses[1]).toBeGreaterThan(1900);
    expect(pauses[1]).toBeLessThan(6000);
    expect(await worker.claim(3)).toBeUndefined();
    expect(await owner.image(id)).toMatchObject({ status: "failed", error: { code: "out_of_memory" } });
    expect(await server.services.queue.deadLetters()).toEqual([id]);

    expect(await server.services.queue.redrive()).toBe(1);
    const again = await worker.mustClaim();
    expect(again.jobId).toBe(id);
    await worker.finish(again);
    expect(await owner.image(id)).toMatchObject({ status: "succeeded", error: null });
    expect(await server.services.queue.deadLetters()).toEqual([]);
  });

  test("a failure that no retry can cure fails at once, without a dead letter", async () => {
    const owner = await server.owner();
    const worker = new ScriptedWorker(server);
    const id = await owner.ask("hopeless");
    const claim = await worker.mustClaim();
    await worker.api.fail(claim.leaseId, { code: "unsupported_size", message: "too wide" }, false);
    expect(await owner.image(id)).toMatchObject({ status: "failed", error: { code: "unsupported_size" } });
    expect(await worker.claim(2)).toBeUndefined();
    expect(await server.services.queue.deadLetters()).toEqual([]);
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

  test("a job whose every worker dies has its exact number of attempts, fails as worker_lost, and is one dead letter", async () => {
    const owner = await server.owner();
    const worker = new ScriptedWorker(server);
    const id = await owner.ask("deadly");
    for (const attempt of [1, 2, 3]) {
      expect(await worker.mustClaim()).toMatchObject({ jobId: id, attempt });
      // The wait for the lease's end is R03's matter.
      await server.services.connection
        .sql`update generated_images set lease_expires_at = now() - interval '1 second' where id = ${id}`;
    }
    const events = await readEvents(owner, id);
    expect(events.at(-1)?.event).toMatchObject({ type: "failed", error: { code: "worker_lost" } });
    expect(await server.services.queue.deadLetters()).toEqual([id]);
    expect(await server.services.queue.redrive()).toBe(1);
    await worker.finish(await worker.mustClaim());
    expect(await owner.image(id)).toMatchObject({ status: "succeeded", error: null });
  });

  test("R06: a job handed back between two failures keeps its number of attempts", async () => {
    const owner = await server.owner();
    const worker = new ScriptedWorker(server);
    const id = await owner.ask("fails, is handed back, fails");
    const failure = { code: "out_of_memory", message: "too large" } as const;
    await worker.api.fail((await worker.mustClaim()).leaseId, failure, true);
    await worker.api.release((await worker.mustClaim()).leaseId);
    await worker.api.fail((await worker.mustClaim()).leaseId, failure, true);
    expect(await owner.image(id)).toMatchObject({ status: "queued" });
    const last = await worker.mustClaim();
    expect(last).toMatchObject({ jobId: id, attempt: 3 });
    await worker.api.fail(last.leaseId, failure, true);
    expect(await owner.image(id)).toMatchObject({ status: "failed", error: { code: "out_of_memory" } });
    expect(await server.services.queue.deadLetters()).toEqual([id]);
    expect(await server.services.queue.redrive()).toBe(1);
    await worker.finish(await worker.mustClaim());
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

  test("owners take turns: a late owner's one picture does not wait behind another's many", async () => {
    const [many, one] = [await server.owner(), await server.owner()];
    for (let index = 0; index < 5; index++) await many.ask(`many ${index}`);
    const late = await one.ask("just one");
    expect(await one.image(late)).toMatchObject({ queue_position: 1 });
    const worker = new ScriptedWorker(server);
    const order: string[] = [];
    for (let index = 0; index < 6; index++) {
      const claim = await worker.mustClaim(0);
      order.push(claim.request.prompt);
      await worker.finish(claim);
    }
    expect(order.indexOf("just one")).toBeLessThanOrEqual(1);
  });

  test("a claim that waits is woken by a new job at once", async () => {
    const owner = await server.owner();
    const worker = new ScriptedWorker(server);
    const waiting = worker.claim(20).then((claim) => ({ claim, at: Date.now() }));
    await until("the worker is known", 5000, async () => {
      const { models } = await owner.get("/api/models");
      return (models as { id: string }[]).some(({ id }) => id === "tiny-sd");
    });
    const askedAt = Date.now();
    await owner.ask("quick");
    const { claim, at } = await waiting;
    expect(claim?.request.prompt).toBe("quick");
    expect(at - askedAt).toBeLessThan(900);
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

  /** Draws whatever waits, so that the next test starts with an empty queue. */
  async function drain(): Promise<void> {
    const worker = new ScriptedWorker(server);
    for (let claim = await worker.claim(); claim !== undefined; claim = await worker.claim())
      await worker.finish(claim);
  }
});
