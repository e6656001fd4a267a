import OpenAI from "openai";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEPLOYMENTS, type Deployment } from "../../tests/deployments.ts";
import { ScriptedWorker } from "../../tests/scripted-worker.ts";
import type { TestServer } from "../../tests/test-server.ts";
import { until } from "../../tests/until.ts";
import { startWorkerProcess, type WorkerProcess } from "../../tests/worker-process.ts";

const KEY = "sk-a-key-that-only-this-test-knows-and-no-other";

/** Of the answer, what OpenAI's own types do not know. */
interface OurAnswer {
  easel: { model: string; drawn_size: string; seeds: number[]; note?: string };
}

async function look(b64: string | undefined): Promise<{ format: string; width: number; height: number }> {
  const { format, width, height } = await sharp(Buffer.from(b64 ?? "", "base64")).metadata();
  return { format, width, height };
}

describe.each(DEPLOYMENTS)("OpenAI's own client on $name", ({ start }) => {
  let deployment: Deployment;
  let server: TestServer;
  let worker: WorkerProcess | undefined;

  beforeAll(async () => {
    deployment = await start({ COMPAT_WAIT_SECONDS: "60" });
    server = deployment.server;
  });
  afterAll(async () => {
    await worker?.close();
    await deployment.close();
  });

  const client = (apiKey = KEY) => new OpenAI({ apiKey, baseURL: `${server.url}/v1`, maxRetries: 0 });
  const waiting = async () =>
    (await server.services.connection.sql`select id from generated_images where status = 'queued'`).length;

  test("models are listed and found by their ids", async () => {
    const ids: string[] = [];
    for await (const model of client().models.list()) ids.push(model.id);
    expect(ids).toContain("tiny-sd");
    expect(await client().models.retrieve("tiny-sd")).toMatchObject({ id: "tiny-sd", object: "model" });
    await expect(client().models.retrieve("no/such")).rejects.toMatchObject({
      status: 404,
      code: "model_not_found",
    });
  });

  test("errors come in OpenAI's form, as its client's own classes", async () => {
    const { images } = client();
    const ask = (more: object) => images.generate({ model: "tiny-sd", prompt: "a cat", ...more });
    await expect(ask({ model: "no/such" })).rejects.toThrow(OpenAI.NotFoundError);
    await expect(ask({ model: "no/such" })).rejects.toMatchObject({
      code: "model_not_found",
      param: "model",
    });
    await expect(ask({ n: 11 })).rejects.toThrow(OpenAI.BadRequestError);
    await expect(ask({ n: 11 })).rejects.toMatchObject({ type: "invalid_request_error", param: "n" });
    await expect(ask({ size: "5000x64" })).rejects.toMatchObject({ status: 400, param: "size" });
    await expect(ask({ prompt: " " })).rejects.toMatchObject({ status: 400, param: "prompt" });
    await expect(ask({ background: "transparent" })).rejects.toMatchObject({
      status: 400,
      param: "background",
    });
    expect(await waiting()).toBe(0);
  });

  test("a client that hangs up leaves nothing behind in the queue", async () => {
    const { images } = client();
    const gone = new AbortController();
    const asked = images.generate({ model: "tiny-sd", prompt: "a cat", n: 3 }, { signal: gone.signal });
    asked.catch(() => {});
    await until("three pictures wait", 5000, async () => (await waiting()) === 3);
    gone.abort();
    await until("none waits any more", 5000, async () => (await waiting()) === 0);
  });

  test("a failure while streaming is the client's error", async () => {
    const stream = await client().images.generate({ model: "tiny-sd", prompt: "a cat", stream: true });
    const scripted = new ScriptedWorker(server);
    const claim = await scripted.mustClaim();
    await scripted.api.fail(claim.leaseId, { code: "out_of_memory", message: "It did not fit." }, false);
    const read = async () => {
      for await (const event of stream) expect(event).toBeUndefined();
    };
    await expect(read()).rejects.toMatchObject({
      message: expect.stringContaining("It did not fit.") as string,
      code: "out_of_memory",
    });
  });

  test("a stream tells as many previews as were asked for, then the picture", async () => {
    const stream = await client().images.generate({
      model: "tiny-sd",
      prompt: "slowly",
      size: "128x128",
      output_format: "jpeg",
      stream: true,
      partial_images: 2,
    });
    const scripted = new ScriptedWorker(server);
    const claim = await scripted.mustClaim();
    const small = await sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } })
      .webp()
      .toBuffer();
    const preview = `data:image/webp;base64,${small.toString("base64")}`;
    const events: OpenAI.ImageGenStreamEvent[] = [];
    const reading = (async () => {
      for await (const event of stream) events.push(event);
    })();
    for (let step = 1; step <= 6; step++) {
      await scripted.api.progress(claim.leaseId, { type: "step", step, steps: 6, etaSeconds: 1, preview });
      const due = step >= 4 ? 2 : step >= 2 ? 1 : 0;
      await until(`${due} previews are told`, 5000, () => Promise.resolve(events.length === due));
    }
    await scripted.finish(claim);
    await reading;
    expect(events.map(({ type }) => type)).toEqual([
      "image_generation.partial_image",
      "image_generation.partial_image",
      "image_generation.completed",
    ]);
    for (const { b64_json: picture } of events)
      expect(await look(picture)).toEqual({ format: "jpeg", width: 128, height: 128 });
    expect(
      events.map((event) => ("partial_image_index" in event ? event.partial_image_index : null)),
    ).toEqual([0, 1, null]);
  });

  test("a real worker's pictures: bytes and URLs, other sizes and formats, several at once", async () => {
    worker = startWorkerProcess(server);
    const { images } = client();
    const plain = await images.generate({
      model: "tiny-sd",
      prompt: "noise",
      n: 2,
      size: "64x64",
      response_format: "b64_json",
      ...{ seed: 7 },
    });
    const [first, second] = plain.data ?? [];
    expect(await look(first?.b64_json)).toEqual({ format: "png", width: 64, height: 64 });
    expect(first?.b64_json).not.toBe(second?.b64_json);
    expect((plain as unknown as OurAnswer).easel).toEqual({
      model: "tiny-sd",
      drawn_size: "64x64",
      seeds: [7, 8],
    });
    // As drawn, with the request inside.
    expect(Buffer.from(first?.b64_json ?? "", "base64").includes("parameters\0noise")).toBe(true);

    const resized = await images.generate({
      model: "tiny-sd",
      prompt: "noise",
      size: "512x256",
      output_format: "webp",
      response_format: "url",
      user: "someone",
      quality: "high",
    });
    const fetched = await fetch(resized.data?.[0]?.url ?? "");
    expect(fetched.headers.get("content-type")).toBe("image/webp");
    const bytes = Buffer.from(await fetched.arrayBuffer()).toString("base64");
    expect(await look(bytes)).toEqual({ format: "webp", width: 512, height: 256 });
    expect((resized as unknown as OurAnswer).easel.note).toBe(
      "tiny-sd draws no 512x256: drawn at 64x64 and resized.",
    );
  });

  test("R14: what one key asked for is nobody else's, on our own routes too", async () => {
    const list = async (key: string) =>
      (await (
        await fetch(`${server.url}/api/generated-images`, { headers: { authorization: `Bearer ${key}` } })
      ).json()) as { generated_images: object[] };
    expect((await list(KEY)).generated_images.length).toBeGreaterThan(0);
    expect((await list(`${KEY}-other`)).generated_images).toEqual([]);
  });

  test("a foreign page can't draw in its visitor's name", async () => {
    const reply = await fetch(`${server.url}/v1/images/generations`, {
      method: "POST",
      headers: { origin: "https://evil.example", "content-type": "application/json" },
      body: JSON.stringify({ prompt: "a cat", model: "tiny-sd" }),
    });
    expect(reply.status).toBe(403);
    expect(await reply.json()).toMatchObject({ error: { type: "permission_error", param: null } });
  });
});
