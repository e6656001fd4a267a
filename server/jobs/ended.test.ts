import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sql } from "drizzle-orm";
import { asFailure } from "../../src/contracts/errors.ts";
import { DEPLOYMENTS, type Deployment } from "../tests/deployments.ts";
import { readEvents } from "../tests/event-reader.ts";
import { redrive } from "./redrive.ts";
import { ScriptedWorker, smallPng } from "../tests/scripted-worker.ts";
import type { TestServer } from "../tests/test-server.ts";

const STEP = { type: "step", step: 6, steps: 12, etaSeconds: 1 } as const;

describe.each(DEPLOYMENTS)("jobs and their ends on $name", ({ start }) => {
  let deployment: Deployment;
  let server: TestServer;

  beforeAll(async () => {
    deployment = await start();
    server = deployment.server;
  });
  afterAll(() => deployment.close());

  /** The pictures whose jobs failed for good. */
  async function deadLetters(): Promise<string[]> {
    return (await server.services.queue.deadLetters()).map(({ imageId }) => imageId);
  }

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
    expect(await deadLetters()).toEqual([id]);

    expect(await redrive(server.services)).toBe(1);
    expect(await owner.image(id)).toMatchObject({ status: "queued", progress: 0, error: null });
    expect((await owner.image(id))["queue_position"]).toBe(0);
    const again = await worker.mustClaim();
    expect(again.jobId).toBe(id);
    await worker.finish(again);
    expect(await owner.image(id)).toMatchObject({ status: "succeeded", error: null });
    expect(await deadLetters()).toEqual([]);
  });

  test("a failure that no retry can cure fails at once, without a dead letter", async () => {
    const owner = await server.owner();
    const worker = new ScriptedWorker(server);
    const id = await owner.ask("hopeless");
    const claim = await worker.mustClaim();
    await worker.api.fail(claim.leaseId, { code: "unsupported_size", message: "too wide" }, false);
    expect(await owner.image(id)).toMatchObject({ status: "failed", error: { code: "unsupported_size" } });
    expect(await worker.claim(2)).toBeUndefined();
    expect(await deadLetters()).toEqual([]);
  });

  test("a job whose every worker dies has its exact number of attempts, fails as worker_lost, is counted as failed, and is one dead letter", async () => {
    const owner = await server.owner();
    const counted = async () => {
      const { values } = await server.services.metrics.jobsEnded.get();
      return values.find(({ labels }) => labels.status === "failed")?.value ?? 0;
    };
    const before = await counted();
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
    await expect.poll(counted).toBe(before + 1);
    expect(await deadLetters()).toEqual([id]);
    expect(await redrive(server.services)).toBe(1);
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
    expect(await deadLetters()).toEqual([id]);
    expect(await redrive(server.services)).toBe(1);
    await worker.finish(await worker.mustClaim());
  });

  test("a redrive takes every dead letter, a few at a time, and leaves none failed that can be claimed", async () => {
    const owner = await server.owner();
    const worker = new ScriptedWorker(server);
    const ids = await Promise.all(["one", "two", "three"].map((prompt) => owner.ask(prompt)));
    // Their first attempt is their last.
    const jobs = sql`pgboss.job where data->>'imageId' in ${ids}`;
    await server.services.connection.database.execute(sql`update pgboss.job set retry_limit = 0
      where id in (select id from ${jobs})`);
    for (const _ of ids) {
      const { leaseId } = await worker.mustClaim();
      await worker.api.fail(leaseId, { code: "out_of_memory", message: "too large" }, true);
    }
    expect((await deadLetters()).sort()).toEqual([...ids].sort());
    expect(await redrive(server.services, 2)).toBe(3);
    for (const id of ids) expect(await owner.image(id)).toMatchObject({ status: "queued", error: null });
    expect(await deadLetters()).toEqual([]);
    for (const _ of ids) await worker.finish(await worker.mustClaim());
  });
});
