import OpenAI, { toFile } from "openai";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEPLOYMENTS, type Deployment } from "../../tests/deployments.ts";
import { ScriptedWorker } from "../../tests/scripted-worker.ts";
import type { TestServer } from "../../tests/test-server.ts";

const KEY = "sk-a-key-that-only-this-test-knows-and-no-other";

describe.each(DEPLOYMENTS)("edits by OpenAI's own client on $name", ({ start }) => {
  let deployment: Deployment;
  let server: TestServer;
  let images: OpenAI["images"];

  beforeAll(async () => {
    deployment = await start({ COMPAT_WAIT_SECONDS: "60" });
    server = deployment.server;
    images = new OpenAI({ apiKey: KEY, baseURL: `${server.url}/v1`, maxRetries: 0 }).images;
  });
  afterAll(() => deployment.close());

  const plain = (background: string | { r: number; g: number; b: number; alpha: number }) =>
    sharp({ create: { width: 64, height: 64, channels: 4, background } })
      .png()
      .toBuffer();
  const file = async (bytes: Promise<Buffer>, name: string) =>
    toFile(await bytes, name, { type: "image/png" });

  test("a picture and a mask reach the worker: white there where the mask is transparent", async () => {
    const left = await sharp(await plain({ r: 0, g: 0, b: 0, alpha: 0 }))
      .composite([
        {
          input: await sharp(await plain("black"))
            .resize(32, 64)
            .toBuffer(),
          left: 0,
          top: 0,
        },
      ])
      .png()
      .toBuffer();
    const asked = images.edit({
      model: "tiny-sd",
      prompt: "a hat",
      image: await file(plain("red"), "red.png"),
      mask: await file(Promise.resolve(left), "mask.png"),
      n: 1,
      response_format: "b64_json",
    });
    const worker = new ScriptedWorker(server);
    const claim = await worker.mustClaim();
    expect(claim.request).toMatchObject({ prompt: "a hat", strength: 1 });
    const [init, mask] = await Promise.all(
      [claim.inputs.initImage, claim.inputs.maskImage].map(async (url) =>
        Buffer.from(await (await fetch(String(url))).arrayBuffer()),
      ),
    );
    expect(init).toEqual(await plain("red"));
    const { data, info } = await sharp(mask).greyscale().raw().toBuffer({ resolveWithObject: true });
    const at = (x: number) => data[(32 * info.width + x) * info.channels];
    expect([at(5), at(60)]).toEqual([0, 255]);
    await worker.finish(claim);
    const drawn = (await asked).data?.[0]?.b64_json ?? "";
    expect((await sharp(Buffer.from(drawn, "base64")).metadata()).format).toBe("png");
  });

  test("without a mask the whole picture is drawn from, as a stream where it is asked for", async () => {
    const stream = await images.edit({
      model: "tiny-sd",
      prompt: "a hat",
      image: await file(plain("red"), "red.png"),
      stream: true,
    });
    const worker = new ScriptedWorker(server);
    const claim = await worker.mustClaim();
    expect(claim.request).toMatchObject({ strength: 0.75 });
    expect(claim.inputs.maskImage).toBeUndefined();
    await worker.finish(claim);
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    expect(types).toEqual(["image_edit.completed"]);
  });

  test("what is wrong is told by its field, and nothing is queued", async () => {
    const image = await file(plain("red"), "red.png");
    const ask = (more: object) => images.edit({ model: "tiny-sd", prompt: "a hat", image, ...more });
    await expect(ask({ n: 11 })).rejects.toMatchObject({ status: 400, param: "n" });
    await expect(ask({ image: [image, image] })).rejects.toMatchObject({ status: 400, param: "image" });
    const text = await toFile(Buffer.from("no picture"), "red.png", { type: "image/png" });
    await expect(ask({ image: text })).rejects.toMatchObject({ status: 415 });
    const bare = await fetch(`${server.url}/v1/images/edits`, {
      method: "POST",
      headers: { authorization: `Bearer ${KEY}`, "content-type": "multipart/form-data; boundary=none" },
      body: "nothing of a form",
    });
    expect(bare.status).toBe(400);
    expect(await new ScriptedWorker(server).claim()).toBeUndefined();
  });
});
