import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEPLOYMENTS, type Deployment } from "../tests/deployments.ts";
import { readEvents } from "../tests/event-reader.ts";
import { ScriptedWorker } from "../tests/scripted-worker.ts";
import type { TestServer } from "../tests/test-server.ts";
import { until } from "../tests/until.ts";
import { sweep } from "./reconcile.ts";

describe.each(DEPLOYMENTS)("jobs that are asked for on $name", ({ start }) => {
  let deployment: Deployment;
  let server: TestServer;

  beforeAll(async () => {
    deployment = await start();
    server = deployment.server;
  });
  afterAll(() => deployment.close());

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

  test("R01: a key lasts 24 hours", async () => {
    const owner = await server.owner();
    const post = async (): Promise<unknown> => {
      const asked = { prompt: "a boat", model: "tiny-sd" };
      const reply = await owner.call("POST", "/api/generated-images", asked, { "idempotency-key": "a day" });
      return ((await reply.json()) as { id: string }).id;
    };
    const grown = async (hours: number): Promise<void> => {
      await server.services.connection.sql`update idempotency_keys
        set created_at = now() - ${hours} * interval '1 hour' where owner_id in (
          select owner_id from generated_images where id = ${String(first)})`;
      await sweep(server.services);
    };
    const first = await post();
    await grown(23.9);
    expect(await post()).toBe(first);
    await grown(24.1);
    expect(await post()).not.toBe(first);
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

  /** Draws whatever waits, so that the next test starts with an empty queue. */
  async function drain(): Promise<void> {
    const worker = new ScriptedWorker(server);
    for (let claim = await worker.claim(); claim !== undefined; claim = await worker.claim())
      await worker.finish(claim);
  }
});
