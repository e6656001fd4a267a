import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEPLOYMENTS, type Deployment } from "../../tests/deployments.ts";
import { readEvents } from "../../tests/event-reader.ts";
import { ScriptedWorker, smallPng } from "../../tests/scripted-worker.ts";
import type { OwnerClient, TestServer } from "../../tests/test-server.ts";

describe.each(DEPLOYMENTS)("the result cache on $name", ({ start }) => {
  let deployment: Deployment;
  let server: TestServer;
  let ada: OwnerClient;
  let bob: OwnerClient;
  let worker: ScriptedWorker;

  beforeAll(async () => {
    deployment = await start({ MAX_QUEUED_PER_OWNER: "3" });
    server = deployment.server;
    [ada, bob] = [await server.owner(), await server.owner()];
    worker = new ScriptedWorker(server);
  });
  afterAll(() => deployment.close());

  /** Asks, draws if there is something to draw, and answers the picture's id and whether it was drawn. */
  async function ask(
    owner: OwnerClient,
    seed: number,
    more: object = {},
  ): Promise<{ id: string; drawn: boolean }> {
    const id = await owner.ask("a hat", { seed, ...more });
    const claim = await worker.claim();
    if (claim !== undefined) await worker.finish(claim, await smallPng());
    expect(await owner.image(id)).toMatchObject({ status: "succeeded", seed, progress: 100 });
    return { id, drawn: claim !== undefined };
  }
  const bytesOf = async (owner: OwnerClient, id: string) => {
    const { url } = await owner.get(`/api/generated-images/${id}/url`);
    const reply = await fetch(String(url));
    return { status: reply.status, size: (await reply.arrayBuffer()).byteLength };
  };

  test("an identical request with a fixed seed is answered at once; any difference is drawn", async () => {
    expect((await ask(ada, 1)).drawn).toBe(true);
    const again = await ask(bob, 1);
    expect(again.drawn).toBe(false);
    const events = await readEvents(bob, again.id, { lastEventId: 0 });
    expect(events.map(({ event }) => event)).toMatchObject([
      { type: "succeeded", result: { seed: 1, model: "tiny-sd", seconds: { total: 0.6 } } },
    ]);
    // The batch that a picture belongs to changes nothing in it.
    expect((await ask(bob, 1, { batch_id: "another" })).drawn).toBe(false);
    for (const more of [
      { num_steps: 2 },
      { negative_prompt: "red" },
      { prompt: "A hat" },
      { guidance_scale: 1 },
    ])
      expect([more, (await ask(bob, 1, more)).drawn]).toEqual([more, true]);
    expect((await ask(bob, 2)).drawn).toBe(true);
  });

  test("a picture lives until the last of those who have it removes it, in whichever order", async () => {
    const [first, second] = [await ask(ada, 10), await ask(bob, 10)];
    expect(second.drawn).toBe(false);
    const before = await bytesOf(bob, second.id);
    await ada.call("DELETE", `/api/generated-images/${first.id}`);
    expect(await bytesOf(bob, second.id)).toEqual(before);
    // What is left answers still.
    const third = await ask(ada, 10);
    expect(third.drawn).toBe(false);
    const { url } = await ada.get(`/api/generated-images/${third.id}/url`);
    // Both at once: neither may take the other for what is left.
    await Promise.all([
      ada.call("DELETE", `/api/generated-images/${third.id}`),
      bob.call("DELETE", `/api/generated-images/${second.id}`),
    ]);
    expect((await fetch(String(url))).status).toBe(404);
    expect((await ask(ada, 10)).drawn).toBe(true);
  });

  test("R14: what is answered from the cache is its owner's alone", async () => {
    const [first, second] = [await ask(ada, 20), await ask(bob, 20)];
    expect((await ada.call("GET", `/api/generated-images/${second.id}`)).status).toBe(404);
    expect((await bob.call("GET", `/api/generated-images/${first.id}`)).status).toBe(404);
    expect((await bob.call("DELETE", `/api/generated-images/${first.id}`)).status).toBe(404);
  });

  test("DELETE /api/cache forgets, with the admin token only, and leaves every picture", async () => {
    const { id } = await ask(ada, 30);
    expect((await ada.call("DELETE", "/api/cache")).status).toBe(401);
    const reply = await server.admin("DELETE", "/api/cache");
    expect(((await reply.json()) as { forgotten: number }).forgotten).toBeGreaterThan(0);
    expect((await ask(bob, 30)).drawn).toBe(true);
    expect((await bytesOf(ada, id)).status).toBe(200);
  });

  test("hits and misses are counted, and a hit takes no place in the queue", async () => {
    const counted = async (outcome: string) => {
      const text = await (await server.admin("GET", "/metrics")).text();
      return Number(new RegExp(`easel_cache_answers_total\\{outcome="${outcome}"\\} (\\d+)`).exec(text)?.[1]);
    };
    const before = { hit: await counted("hit"), miss: await counted("miss") };
    await ask(ada, 40);
    for (let index = 0; index < 5; index++) await bob.ask("a hat", { seed: 40 });
    await bob.ask("a hat");
    expect(await counted("miss")).toBe(before.miss + 1);
    expect(await counted("hit")).toBe(before.hit + 5);
    expect(await worker.claim()).toBeDefined();
    expect(await worker.claim()).toBeUndefined();
  });
});
