import sharp from "sharp";
import { expect, test } from "vitest";
import { openModel } from "../../../src/core/families/open-model.ts";
import { ModelSessions } from "../../../src/core/runtime/model-sessions.ts";
import { TorchGenerator } from "../../../src/core/tensor/generator.ts";
import type { FloatTensor } from "../../../src/core/tensor/tensor.ts";
import { decodePicture } from "../../../src/core/vae/decode-picture.ts";
import { encodePicture } from "../../../src/core/vae/encode-picture.ts";
import { fromRgbaImage } from "../../../src/core/vae/pixels.ts";
import { openDiskModel } from "./disk-models.ts";
import { createNodeRuntime } from "./node-runtime.ts";

const WIDTH = 768;
const HEIGHT = 512;

test("a trained autoencoder's tiles make nearly the picture that one piece makes", async () => {
  const model = await openDiskModel("models/easel-mini");
  const sessions = new ModelSessions(createNodeRuntime("cpu"));
  const family = await openModel(model);
  const open = (name: string) => sessions.load(model, name, () => undefined);
  const sheet = await sharp("models/easel-mini/contact-sheet.png")
    .resize(WIDTH, HEIGHT, { fit: "cover" })
    .ensureAlpha()
    .raw()
    .toBuffer();
  const pixels = fromRgbaImage({ width: WIDTH, height: HEIGHT, data: new Uint8ClampedArray(sheet) });
  const dims = family.latentDims(WIDTH, HEIGHT);
  const plan = (untiledPixels: number) => ({
    height: HEIGHT / 8,
    width: WIDTH / 8,
    pixelsPerLatent: family.pixelsPerLatent,
    untiledPixels,
    onNotice: () => undefined,
  });
  const encode = async (untiledPixels: number): Promise<FloatTensor> => {
    const generator = new TorchGenerator(1);
    const randn = (count: number) => generator.randn(count);
    const toMoments = (part: FloatTensor) => family.encodePixels(open, part);
    return family.scaleLatents(await encodePicture(pixels, dims, plan(untiledPixels), randn, toMoments));
  };
  const decode = (latents: FloatTensor, untiledPixels: number) =>
    decodePicture(latents, plan(untiledPixels), (part) => family.decode(open, part));

  const latents = await encode(Infinity);
  const tiledLatents = await encode(1);
  const whole = await decode(latents, Infinity);
  const tiled = await decode(latents, 1);
  await sessions.release();

  // A tile's norms see the tile alone: this much is left of it (measured: 0.007 and 54 dB).
  const squares = latents.data.reduce((sum, value) => sum + value * value, 0);
  const off = latents.data.reduce((sum, value, i) => sum + (value - tiledLatents.data[i]!) ** 2, 0);
  expect(Math.sqrt(off / squares)).toBeLessThan(0.02);
  const error = whole.data.reduce((sum, value, i) => sum + (value - tiled.data[i]!) ** 2, 0);
  const psnr = 10 * Math.log10(255 ** 2 / (error / (whole.data.length * 0.75)));
  expect(psnr).toBeGreaterThan(45);
});
