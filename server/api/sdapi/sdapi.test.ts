import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  sdapiErrorBodySchema,
  sdapiModelsSchema,
  sdapiOptionsSchema,
  sdapiPicturesSchema,
  sdapiProgressSchema,
  sdapiSamplersSchema,
} from "../../../src/contracts/sdapi.ts";
import { DEPLOYMENTS, type Deployment } from "../../tests/deployments.ts";
import { ScriptedWorker } from "../../tests/scripted-worker.ts";
import type { TestServer } from "../../tests/test-server.ts";
import { until } from "../../tests/until.ts";
import { startWorkerProcess } from "../../tests/worker-process.ts";

interface Info {
  all_seeds: number[];
  infotexts: string[];
  sampler_name: string;
  width: number;
  easel: { drawn_size: string; note?: string };
}

/** Whether a quarter of a picture at this edge is untouched red. */
async function likeRed(png: Buffer | undefined, edge: "top" | "bottom"): Promise<boolean> {
  const area = { left: 0, top: edge === "top" ? 0 : 48, width: 64, height: 16 };
  const { channels } = await sharp(await sharp(png).extract(area).png().toBuffer()).stats();
  const [red = 0, green = 0, blue = 0] = channels.map(({ mean }) => mean);
  return red > 250 && green < 5 && blue < 5;
}

describe.each(DEPLOYMENTS)("AUTOMATIC1111's interface on $name", ({ start }) => {
  let deployment: Deployment;
  let server: TestServer;

  beforeAll(async () => {
    deployment = await start({ COMPAT_WAIT_SECONDS: "60" });
    server = deployment.server;
  });
  afterAll(() => deployment.close());

  /** A client with HTTP's basic authentication, as that interface has it; every user is an owner. */
  const call = (method: string, path: string, body?: unknown, user = "ada") =>
    fetch(`${server.url}/sdapi/v1/${path}`, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${user}:a password of ${user}`).toString("base64")}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const get = async (path: string, user?: string): Promise<unknown> =>
    (await call("GET", path, undefined, user)).json();
  const progress = async (user?: string) => sdapiProgressSchema.parse(await get("progress", user));
  const draw = async (body: object, how = "txt2img") => {
    const reply = await call("POST", how, body);
    expect(reply.status).toBe(200);
    const { images, info } = sdapiPicturesSchema.parse(await reply.json());
    return { images: images.map((image) => Buffer.from(image, "base64")), info: JSON.parse(info) as Info };
  };

  test("what there is: samplers, schedulers, models; a chosen model is that caller's alone", async () => {
    const samplers = sdapiSamplersSchema.parse(await get("samplers")).map(({ name }) => name);
    expect(samplers).toEqual(
      expect.arrayContaining(["Euler", "Euler a", "DPM++ 2M", "DDIM", "UniPC", "LCM"]),
    );
    expect(await get("schedulers")).toContainEqual(
      expect.objectContaining({ name: "karras", label: "Karras" }),
    );
    const model = sdapiModelsSchema.parse(await get("sd-models")).find((one) => one.model_name === "tiny-sd");
    expect(model?.title).toMatch(/^tiny-sd \[[\da-f]{10}\]$/);
    const chosen = async (user?: string) =>
      sdapiOptionsSchema.parse(await get("options", user)).sd_model_checkpoint;
    const before = await chosen("bob");
    const options = { sd_model_checkpoint: model?.title, CLIP_stop_at_last_layers: 2 };
    expect(await (await call("POST", "options", options)).json()).toBeNull();
    expect(await chosen()).toBe(model?.title);
    expect(await chosen("bob")).toBe(before);
  });

  test("errors have that interface's form and statuses", async () => {
    const cases: [object, number, RegExp][] = [
      [{ prompt: "a cat", sampler_name: "Restart" }, 404, /^Sampler not found$/],
      [{ prompt: "a cat", script_name: "X/Y/Z plot" }, 404, /^Script not found$/],
      [{ prompt: "a cat", steps: 0 }, 400, /^steps: /],
      [{ prompt: "a cat", batch_size: 8, n_iter: 8 }, 400, /at most 16/],
      [{ prompt: "a cat", override_settings: { sd_model_checkpoint: "none" } }, 400, /no checkpoint none/],
    ];
    for (const [body, status, detail] of cases) {
      const reply = await call("POST", "txt2img", body);
      expect([body, reply.status]).toEqual([body, status]);
      expect(sdapiErrorBodySchema.parse(await reply.json()).detail).toMatch(detail);
    }
    const pictures: [object, number, RegExp][] = [
      [{ prompt: "a cat", init_images: [] }, 404, /^Init image not found$/],
      [{ prompt: "a cat", init_images: ["bm8gcGljdHVyZQ=="] }, 415, /PNG, JPEG or WebP/],
    ];
    for (const [body, status, detail] of pictures) {
      const reply = await call("POST", "img2img", body);
      expect([body, reply.status]).toEqual([body, status]);
      expect(sdapiErrorBodySchema.parse(await reply.json()).detail).toMatch(detail);
    }
    expect((await call("GET", "no-such")).status).toBe(404);
  });

  test("progress tells steps and the preview to who asked and to nobody else; interrupt ends the batch with what is done", async () => {
    const scripted = new ScriptedWorker(server);
    expect(await progress()).toMatchObject({ progress: 0, state: { job_count: 0 }, current_image: null });
    const asked = draw({ prompt: "three hats", n_iter: 3, seed: 4294967295 });
    const claim = await scripted.mustClaim();
    await scripted.finish(claim);
    const second = await scripted.mustClaim();
    const small = await sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } })
      .webp()
      .toBuffer();
    const preview = `data:image/webp;base64,${small.toString("base64")}`;
    await until("the preview is told", 5000, async () => {
      await scripted.api.progress(second.leaseId, {
        type: "step",
        step: 2,
        steps: 4,
        etaSeconds: 3,
        preview,
      });
      return (await progress()).current_image !== null;
    });
    const told = await progress();
    expect(told.current_image).toBe(small.toString("base64"));
    expect(told.eta_relative).toBe(3);
    expect(told.state).toMatchObject({ job_count: 3, job_no: 1, sampling_step: 2, sampling_steps: 4 });
    expect(told.progress).toBeCloseTo((100 + 48) / 300, 2);
    expect(await progress("bob")).toMatchObject({
      progress: 0,
      state: { job_count: 0 },
      current_image: null,
    });
    // R14: another caller interrupts only what is its own.
    await call("POST", "interrupt", undefined, "bob");
    expect((await progress()).state.job_count).toBe(3);
    await call("POST", "interrupt");
    const { images, info } = await asked;
    expect(images).toHaveLength(1);
    // Seeds follow each other, past the largest too.
    expect(info.all_seeds).toHaveLength(1);
    expect([4294967295, 0, 1]).toContain(info.all_seeds[0]);
    expect(await progress()).toMatchObject({ progress: 0, state: { job_count: 0 } });
  });

  test("a real worker's pictures: as asked, with the request inside, and resized where the model can't", async () => {
    const worker = startWorkerProcess(server);
    const request = {
      prompt: "noise",
      sampler_name: "Euler a",
      steps: 3,
      cfg_scale: 2,
      seed: 5,
      batch_size: 2,
    };
    const { images, info } = await draw({ ...request, width: 64, height: 64 });
    for (const image of images) {
      expect(await sharp(image).metadata()).toMatchObject({ format: "png", width: 64, height: 64 });
      expect(image.includes("Steps: 3, Sampler: Euler a")).toBe(true);
    }
    expect(info).toMatchObject({
      all_seeds: [5, 6],
      sampler_name: "Euler a",
      easel: { drawn_size: "64x64" },
    });
    expect(info.infotexts[1]).toMatch(/^noise\nSteps: 3, Sampler: Euler a, .*Seed: 6, Size: 64x64/);

    // Drawn from a picture: little strength stays near it, and a mask keeps what it does not show.
    const red = await sharp({ create: { width: 64, height: 64, channels: 3, background: "red" } })
      .png()
      .toBuffer();
    const half = await sharp(Buffer.alloc(64 * 64, 0).fill(255, 0, 64 * 32), {
      raw: { width: 64, height: 64, channels: 1 },
    })
      .png()
      .toBuffer();
    const picture = {
      ...request,
      batch_size: 1,
      init_images: [red.toString("base64")],
      width: 64,
      height: 64,
    };
    const from = await draw({ ...picture, denoising_strength: 1 }, "img2img");
    const url = `data:image/png;base64,${half.toString("base64")}`;
    const upper = await draw({ ...picture, denoising_strength: 1, mask: url }, "img2img");
    const lower = { ...picture, denoising_strength: 1, mask: url, inpainting_mask_invert: 1 };
    const inverted = await draw(lower, "img2img");
    expect(await likeRed(upper.images[0], "bottom")).toBe(true);
    expect(await likeRed(upper.images[0], "top")).toBe(false);
    expect(await likeRed(inverted.images[0], "top")).toBe(true);
    expect(await likeRed(inverted.images[0], "bottom")).toBe(false);
    expect(from.images[0]).not.toEqual(images[0]);

    const resized = await draw({ prompt: "noise", width: 200, height: 100, steps: 1 });
    expect(await sharp(resized.images[0]).metadata()).toMatchObject({
      format: "png",
      width: 200,
      height: 100,
    });
    expect(resized.images[0]?.includes("parameters\0noise")).toBe(true);
    expect(resized.info.easel.note).toBe("tiny-sd draws no 200x100: drawn at 64x64 and resized.");
    await worker.close();
  });
});
