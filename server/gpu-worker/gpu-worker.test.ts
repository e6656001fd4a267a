import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { generate } from "../../src/core/generate.ts";
import { completeRequest } from "../../src/core/request/complete-request.ts";
import { drawnByRule } from "../../src/core/tasks/conformance.ts";
import { DEPLOYMENTS, type Deployment } from "../tests/deployments.ts";
import { readEvents } from "../tests/event-reader.ts";
import type { OwnerClient, TestServer } from "../tests/test-server.ts";
import { until } from "../tests/until.ts";
import { startWorkerProcess, type WorkerProcess } from "../tests/worker-process.ts";
import { openDiskModel } from "./inference/disk-models.ts";
import { createNodeRuntime } from "./inference/node-runtime.ts";

/** Some seconds of work on any machine, so that it is caught in the middle: the tiny model would be done by then. */
const LONG = { model: "easel-mini", scheduler: "heun", num_steps: 150 };
/** Long enough to be caught after its first step, where another worker finishes it afterwards. */
const CAUGHT = { ...LONG, num_steps: 40 };

// The end-to-end tests run the same process on the embedded database and disk.
describe.each(DEPLOYMENTS.slice(1))("the GPU worker's process on $name", ({ start }) => {
  let deployment: Deployment;
  let server: TestServer;
  let owner: OwnerClient;
  const started: WorkerProcess[] = [];

  beforeAll(async () => {
    // Equal requests are to be drawn each time here.
    deployment = await start({ RESULT_CACHE: "false" });
    server = deployment.server;
    owner = await server.owner();
  });
  afterEach(async () => {
    for (const worker of started.splice(0)) await worker.close();
  });
  afterAll(() => deployment.close());

  function startWorker(): ChildProcess {
    const worker = startWorkerProcess(server);
    started.push(worker);
    return worker.child;
  }

  const statusOf = async (id: string) => (await owner.image(id))["status"];

  async function untilDrawing(id: string): Promise<void> {
    await readEvents(owner, id, { enough: (events) => events.some(({ event }) => event.type === "step") });
  }

  test("it draws with the real core: the same seed gives the same picture, another seed another", async () => {
    startWorker();
    const asked = [
      await owner.ask("noise", { seed: 1 }),
      await owner.ask("noise", { seed: 1 }),
      await owner.ask("noise", { seed: 2 }),
    ];
    const pixels: Buffer[] = [];
    for (const id of asked) {
      const events = await readEvents(owner, id);
      expect(events.at(-1)?.event).toMatchObject({
        type: "succeeded",
        result: { width: 64, height: 64, provider: "cpu" },
      });
      const { url } = await owner.get(`/api/generated-images/${id}/url`);
      const png = Buffer.from(await (await fetch(String(url))).arrayBuffer());
      expect(png.includes("parameters\0noise")).toBe(true);
      pixels.push(await sharp(png).raw().toBuffer());
    }
    expect(pixels[0]).toEqual(pixels[1]);
    expect(pixels[0]).not.toEqual(pixels[2]);
  });

  test("a picture and a mask that were uploaded are drawn from, as the core draws from their pixels", async () => {
    startWorker();
    // Lies on its side, as phones store pictures: 64 x 96 to be turned into 96 x 64. Half of the mask is transparent.
    const rule = (x: number, y: number): number[] => [4 * x, 2 * y, 128];
    const side = await sharp(drawnByRule(rule, 64, 96).data, { raw: { width: 64, height: 96, channels: 4 } })
      .removeAlpha()
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const mask = drawnByRule((x) => [x < 20 ? 0 : 255, 0, 0]);
    for (let i = 0; i < mask.data.length; i += 4) mask.data[i + 3] = i % 256 < 128 ? 255 : 0;
    const png = await sharp(mask.data, { raw: { width: 64, height: 64, channels: 4 } })
      .png()
      .toBuffer();

    const request = { seed: 5, num_steps: 4, scheduler: "euler_ancestral", strength: 0.75 };
    const init_image = await owner.upload("init_image", "image/jpeg", side);
    const mask_image = await owner.upload("mask_image", "image/png", png);
    const id = await owner.ask("noise", { ...request, init_image, mask_image });
    const events = await readEvents(owner, id);
    expect(events.at(-1)?.event).toMatchObject({ type: "succeeded" });
    const { url } = await owner.get(`/api/generated-images/${id}/url`);
    const drawn = await sharp(Buffer.from(await (await fetch(String(url))).arrayBuffer()))
      .ensureAlpha()
      .raw()
      .toBuffer();

    const upright = await sharp(await sharp(side).raw().toBuffer(), {
      raw: { width: 64, height: 96, channels: 3 },
    })
      .rotate(90)
      .ensureAlpha()
      .raw()
      .toBuffer();
    const model = await openDiskModel("models/tiny/sd");
    const complete = completeRequest(
      {
        prompt: "noise",
        seed: 5,
        numSteps: 4,
        scheduler: "euler_ancestral",
        strength: 0.75,
        initImage: init_image,
        maskImage: mask_image,
      },
      model.manifest,
      () => 0,
    );
    const { image } = await generate(complete, model, createNodeRuntime("cpu"), {
      signal: new AbortController().signal,
      inputs: {
        initImage: { width: 96, height: 64, data: new Uint8ClampedArray(upright) },
        maskImage: mask,
      },
    });
    expect(drawn.equals(Buffer.from(image.data))).toBe(true);
    // The left quarter of the mask is black: the input picture itself, its middle 64 x 64.
    const kept = [...image.data.subarray(0, 3)];
    expect(kept).toEqual([...upright.subarray(16 * 4, 16 * 4 + 3)]);
  });

  test("R07: a running picture that is cancelled stops within 5 s, and the worker goes on with the next", async () => {
    startWorker();
    const id = await owner.ask("stopped", LONG);
    await untilDrawing(id);
    await owner.call("DELETE", `/api/generated-images/${id}`);
    const cancelledAt = Date.now();
    const next = await owner.ask("the next one", { num_steps: 1 });
    await until(
      "the next picture is being drawn",
      5000 + 2000,
      async () => (await statusOf(next)) !== "queued",
    );
    // The margin is for the next claim.
    expect(Date.now() - cancelledAt).toBeLessThan(7000);
    expect(await statusOf(id)).toBe("cancelled");
    await readEvents(owner, next);
    expect(await statusOf(next)).toBe("succeeded");
  });

  test("R24: SIGTERM ends it within 10 s and hands the running picture back", async () => {
    const worker = startWorker();
    const id = await owner.ask("handed back", CAUGHT);
    await untilDrawing(id);
    const at = Date.now();
    worker.kill("SIGTERM");
    const [code] = (await once(worker, "exit")) as [number | null];
    expect(code).toBe(0);
    expect(Date.now() - at).toBeLessThan(10_000);
    expect(await owner.image(id)).toMatchObject({ status: "queued", progress: 0 });
    startWorker();
    await readEvents(owner, id, { lastEventId: 0 });
    expect(await statusOf(id)).toBe("succeeded");
  });

  test("R03: a worker killed in the middle of a picture: another has it again within 15 s and finishes", async () => {
    const worker = startWorker();
    const id = await owner.ask("orphaned", CAUGHT);
    await untilDrawing(id);
    worker.kill("SIGKILL");
    const killedAt = Date.now();
    startWorker();
    const attempts = async () =>
      server.services.connection.sql`select attempt from generated_images where id = ${id}`;
    await until("the picture is leased again", 15_000, async () => (await attempts())[0]?.["attempt"] === 2);
    expect(Date.now() - killedAt).toBeLessThan(15_000);
    await readEvents(owner, id, { lastEventId: 0 });
    expect(await statusOf(id)).toBe("succeeded");
  });
});
