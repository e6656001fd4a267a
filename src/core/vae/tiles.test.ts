import { describe, expect, test } from "vitest";
import { EaselError } from "../../contracts/errors.ts";
import { TorchGenerator } from "../tensor/generator.ts";
import type { RgbaImage } from "../tensor/image.ts";
import { floatTensor } from "../tensor/tensor.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import { decodePicture } from "./decode-picture.ts";
import { encodePicture } from "./encode-picture.ts";
import { tileStarts } from "./tiles.ts";

const SCALE = 4;

/** A decoder that looks at single latent pixels: tiles of it must join without a trace. */
function localDecoder(latents: FloatTensor): Promise<FloatTensor> {
  const [, , height = 0, width = 0] = latents.dims;
  const data = new Float32Array(3 * height * width * SCALE ** 2);
  for (let i = 0; i < data.length; i++) {
    const x = Math.floor((i % (width * SCALE)) / SCALE);
    const y = Math.floor(i / (width * SCALE) / SCALE) % height;
    data[i] = Math.tanh(latents.data[y * width + x]!);
  }
  return Promise.resolve(floatTensor([1, 3, height * SCALE, width * SCALE], data));
}

const latents = (height: number, width: number): FloatTensor =>
  floatTensor([1, 1, height, width], new TorchGenerator(1).randn(height * width));
const plan = (height: number, width: number, untiledPixels: number, notices: string[] = []) => ({
  height,
  width,
  pixelsPerLatent: SCALE,
  untiledPixels,
  onNotice: (notice: string) => void notices.push(notice),
});

/** How far two pictures' pixels lie apart at most. */
function furthest(a: RgbaImage, b: RgbaImage): number {
  return a.data.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b.data[i]!)), 0);
}

describe("tiles", () => {
  test.each([
    [64, 64],
    [65, 64],
    [100, 64],
    [128, 64],
    [300, 64],
    [37, 8],
    [9, 8],
  ])("of a length of %i in tiles of %i cover it, and neighbours share a quarter or more", (length, tile) => {
    const starts = tileStarts(length, tile);
    expect(starts[0]).toBe(0);
    expect(starts.at(-1)! + tile).toBe(Math.max(length, tile));
    for (const [i, start] of starts.slice(1).entries()) {
      expect(start).toBeGreaterThan(starts[i]!);
      expect(starts[i]! + tile - start).toBeGreaterThanOrEqual(Math.floor(tile / 4));
    }
  });

  test("of a decoder that sees single pixels make the very picture that one piece makes", async () => {
    const given = latents(150, 90);
    const whole = await decodePicture(given, plan(150, 90, Infinity), localDecoder);
    const sizes: number[][] = [];
    const tiled = await decodePicture(given, plan(150, 90, 100), (part) => {
      sizes.push([...part.dims]);
      return localDecoder(part);
    });
    expect([tiled.width, tiled.height]).toEqual([360, 600]);
    expect(sizes.length).toBeGreaterThan(4);
    // Every run is of one size, however large the picture: memory does not grow with it.
    expect(new Set(sizes.map(String))).toEqual(new Set(["1,1,64,64"]));
    // A blend of equal numbers rounds in float32.
    expect(furthest(tiled, whole)).toBeLessThanOrEqual(1);
  });

  test("leave no seam: two tiles that disagree fade into each other step by step", async () => {
    // Each run answers its own brightness, as norms over different contents do.
    let run = 0;
    const disagreeing = async (part: FloatTensor): Promise<FloatTensor> => {
      const decoded = await localDecoder(part);
      return floatTensor(decoded.dims, decoded.data.fill(run++ % 2 === 0 ? -0.5 : 0.5));
    };
    const image = await decodePicture(latents(64, 112), plan(64, 112, 100), disagreeing);
    const row = [...image.data.subarray(0, image.width * 4)].filter((_, i) => i % 4 === 0);
    const jumps = row.slice(1).map((value, x) => Math.abs(value - row[x]!));
    expect(row.at(-1)! - row[0]!).toBeGreaterThan(100);
    // 127 levels over a quarter of a tile, 64 pixels: two at a time.
    expect(Math.max(...jumps)).toBeLessThanOrEqual(3);
  });

  test("of an encoder join into the latents that one piece gives, and one sample is drawn of the whole", async () => {
    const pixels = floatTensor([1, 3, 160, 320], new TorchGenerator(2).randn(3 * 160 * 320));
    const encode = (part: FloatTensor): Promise<FloatTensor> => {
      const [, , height = 0, width = 0] = part.dims;
      const moments = new Float32Array((2 * height * width) / 16);
      for (let i = 0; i < moments.length / 2; i++) {
        const [y, x] = [Math.floor(i / (width / 4)) * 4, (i % (width / 4)) * 4];
        moments[i] = part.data[y * width + x]!;
        moments[moments.length / 2 + i] = -2;
      }
      return Promise.resolve(floatTensor([1, 2, height / 4, width / 4], moments));
    };
    const encoded = (untiledPixels: number): Promise<FloatTensor> => {
      const generator = new TorchGenerator(3);
      const randn = (count: number) => generator.randn(count);
      return encodePicture(pixels, [1, 1, 40, 80], plan(40, 80, untiledPixels), randn, encode);
    };
    const [whole, tiled] = [await encoded(Infinity), await encoded(100)];
    tiled.data.forEach((value, i) => expect(value).toBeCloseTo(whole.data[i]!, 5));
  });
});

describe("R28 where memory does not suffice", () => {
  const failing = (largest: number, code: "out_of_memory" | "device_lost") => {
    const sizes: number[] = [];
    const decode = (part: FloatTensor): Promise<FloatTensor> => {
      sizes.push(part.dims[2]!);
      if (part.dims[2]! > largest) return Promise.reject(new EaselError(code, "No room."));
      return localDecoder(part);
    };
    return { sizes, decode };
  };

  test("a picture is decoded once more in smaller tiles, and its user is told", async () => {
    const notices: string[] = [];
    const { sizes, decode } = failing(32, "out_of_memory");
    const image = await decodePicture(latents(48, 48), plan(48, 48, Infinity, notices), decode);
    const whole = await decodePicture(latents(48, 48), plan(48, 48, Infinity), localDecoder);
    expect([sizes[0], sizes[1]]).toEqual([48, 24]);
    expect(notices).toEqual([
      "Memory did not suffice for the whole picture: it is decoded in smaller tiles.",
    ]);
    expect(furthest(image, whole)).toBeLessThanOrEqual(1);
  });

  test("it is tried once, and no other failure is", async () => {
    const tiny = failing(4, "out_of_memory");
    await expect(decodePicture(latents(48, 48), plan(48, 48, Infinity), tiny.decode)).rejects.toMatchObject({
      code: "out_of_memory",
    });
    expect(tiny.sizes).toEqual([48, 24]);
    const lost = failing(4, "device_lost");
    await expect(decodePicture(latents(48, 48), plan(48, 48, Infinity), lost.decode)).rejects.toMatchObject({
      code: "device_lost",
    });
    expect(lost.sizes).toEqual([48]);
  });
});
