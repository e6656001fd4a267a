import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEPLOYMENTS, type Deployment } from "../../tests/deployments.ts";
import { startEmbeddedDatabase } from "../../tests/embedded-database.ts";
import { readEvents, type ReadEvent } from "../../tests/event-reader.ts";
import { ScriptedWorker } from "../../tests/scripted-worker.ts";
import { OwnerClient, TestServer } from "../../tests/test-server.ts";

const PREVIEW = "data:image/webp;base64,UklGRg==";

describe.each(DEPLOYMENTS)("event streams on $name", ({ start }) => {
  let deployment: Deployment;
  let server: TestServer;

  beforeAll(async () => {
    deployment = await start();
    server = deployment.server;
  });
  afterAll(() => deployment.close());

  const numbered = (events: ReadEvent[]) => events.filter(({ id }) => id !== undefined);

  test("R25: a stream cut off again and again resumes by Last-Event-ID without a gap and without a repetition", async () => {
    const owner = await server.owner();
    const worker = new ScriptedWorker(server);
    const id = await owner.ask("followed");
    const seen: ReadEvent[] = [];
    const following = (async () => {
      // Every connection is hung up after two numbered events; the last one ends by itself.
      for (let over = false; !over; over = seen.at(-1)?.event.type === "succeeded") {
        const lastEventId = seen.at(-1)?.id ?? 0;
        const part = await readEvents(owner, id, {
          lastEventId,
          enough: (events) => numbered(events).length >= 2,
        });
        seen.push(...numbered(part));
      }
    })();
    const claim = await worker.mustClaim();
    for (let step = 1; step <= 12; step++) {
      await worker.api.progress(claim.leaseId, {
        type: "step",
        step,
        steps: 12,
        etaSeconds: null,
        preview: PREVIEW,
      });
    }
    await worker.api.progress(claim.leaseId, { type: "decoding" });
    await worker.finish(claim);
    await following;

    const whole = numbered(await readEvents(owner, id, { lastEventId: 0 }));
    expect(whole.map(({ event }) => event.type)).toEqual([
      "queued",
      ...Array<string>(12).fill("step"),
      "decoding",
      "succeeded",
    ]);
    expect(seen).toEqual(whole);
    const ids = whole.map(({ id: number }) => number ?? 0);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    // Previews are for those who watch, and are never told again.
    for (const { event } of whole) expect(event).not.toHaveProperty("preview");
  });

  test("a stream opens with the present state, shows previews as they come, and ends with the picture", async () => {
    const owner = await server.owner();
    const worker = new ScriptedWorker(server);
    const id = await owner.ask("watched");
    const claim = await worker.mustClaim();
    await worker.api.progress(claim.leaseId, { type: "step", step: 3, steps: 9, etaSeconds: 2 });
    let opened = () => {};
    const open = new Promise<void>((resolve) => (opened = resolve));
    const reading = readEvents(owner, id, { enough: (events) => (events.length > 0 && opened(), false) });
    await open;
    await worker.api.progress(claim.leaseId, {
      type: "step",
      step: 4,
      steps: 9,
      etaSeconds: 1,
      preview: PREVIEW,
    });
    await worker.finish(claim);
    const events = await reading;
    expect(events[0]?.event).toEqual({ type: "step", step: 3, steps: 9, eta_seconds: 2 });
    expect(events.map(({ event }) => event)).toContainEqual({
      type: "step",
      step: 4,
      steps: 9,
      eta_seconds: 1,
      preview: PREVIEW,
    });
    expect(events.find(({ event }) => "preview" in event)?.id).toBeUndefined();
    expect(events.at(-1)?.event).toMatchObject({
      type: "succeeded",
      result: { model: "tiny-sd", provider: "cpu" },
    });

    const last = String(events.at(-1)?.id);
    const over = await owner.call("GET", `/api/generated-images/${id}/events`, undefined, {
      "last-event-id": last,
    });
    expect(over.status).toBe(204);
  });

  test("cancelling ends the stream of whoever watches", async () => {
    const owner = await server.owner();
    const id = await owner.ask("given up");
    let opened = () => {};
    const open = new Promise<void>((resolve) => (opened = resolve));
    const reading = readEvents(owner, id, { enough: (events) => (events.length > 0 && opened(), false) });
    await open;
    await owner.call("DELETE", `/api/generated-images/${id}`);
    expect((await reading).map(({ event }) => event.type)).toEqual(["queued", "cancelled"]);
  });
});

test("R25: a stream whose server is stopped goes on at another one, without a gap and without a repetition", async () => {
  const database = await startEmbeddedDatabase();
  const [first, second] = [await TestServer.start(database), await TestServer.start(database)];
  const owner = await first.owner();
  const id = await owner.ask("followed on");
  // The worker is the second one's, the reader the first one's: what is told comes through the database.
  const worker = new ScriptedWorker(second);
  const claim = await worker.mustClaim();
  const step = (number: number) =>
    worker.api.progress(claim.leaseId, { type: "step", step: number, steps: 6, etaSeconds: null });
  await step(1);
  await step(2);
  let told = () => {};
  const reached = new Promise<void>((resolve) => (told = resolve));
  const reading = readEvents(owner, id, {
    lastEventId: 0,
    enough: (events) => (events.length >= 3 && told(), false),
  });
  await reached;
  // SIGTERM's way: streams end where they are.
  await first.close();
  const seen = await reading;
  // What happens meanwhile is nobody's to hear.
  await step(3);
  await step(4);
  const resumed = new OwnerClient(second.url, owner.token);
  const rest = readEvents(resumed, id, { lastEventId: seen.at(-1)?.id ?? 0 });
  await step(5);
  await worker.finish(claim);
  seen.push(...(await rest));
  const whole = await readEvents(resumed, id, { lastEventId: 0 });
  expect(seen).toEqual(whole);
  expect(whole.map(({ event }) => ("step" in event ? event.step : event.type))).toEqual([
    "queued",
    ...[1, 2, 3, 4, 5],
    "succeeded",
  ]);
  await second.close();
  await database.close();
});
