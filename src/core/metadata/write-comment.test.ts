import sharp from "sharp";
import { expect, test } from "vitest";
import type { GenerationRequest } from "../../contracts/request.ts";
import { formatParameters } from "./parameters.ts";
import { readPictureSettings } from "./read-settings.ts";
import { writeUserComment } from "./write-comment.ts";

const REQUEST: GenerationRequest = {
  prompt: "a fox, (shiny:1.2)\nin snow",
  negativePrompt: "blurry",
  promptSyntax: "a1111",
  model: "easel-mini",
  modelRevision: "abc",
  numSteps: 12,
  guidanceScale: 3,
  scheduler: "ddim",
  sigmas: "default",
  seed: 7,
  width: 128,
  height: 96,
};
const pixels = (alpha: number) =>
  sharp({ create: { width: 130, height: 97, channels: 4, background: { r: 200, g: 30, b: 30, alpha } } });

test.each<[string, () => Promise<Buffer>]>([
  ["JPEG", () => pixels(1).jpeg().toBuffer()],
  ["WebP", () => pixels(1).webp().toBuffer()],
  ["lossless WebP", () => pixels(1).webp({ lossless: true }).toBuffer()],
  ["transparent WebP", () => pixels(0.5).webp({ lossless: true }).toBuffer()],
])("a request comes back from a %s whose pixels are as before", async (_, make) => {
  const before = await make();
  for (const prompt of [REQUEST.prompt, "一只狐狸 🦊"]) {
    const request = { ...REQUEST, prompt };
    const after = writeUserComment(before, formatParameters(request, {}));
    expect(await readPictureSettings(after)).toEqual({ program: "Easel", settings: request, unmapped: [] });
    const { width, height, hasAlpha } = await sharp(after).metadata();
    expect({ width, height, hasAlpha }).toEqual({
      width: 130,
      height: 97,
      hasAlpha: (await sharp(before).metadata()).hasAlpha,
    });
    expect(await sharp(after).raw().toBuffer()).toEqual(await sharp(before).raw().toBuffer());
  }
});

test("a WebP says in its header that it has EXIF, once however often it is written", async () => {
  const simple = await pixels(1).webp().toBuffer();
  for (const webp of [writeUserComment(simple, "a"), writeUserComment(writeUserComment(simple, "a"), "b")]) {
    expect(Buffer.from(webp.subarray(12, 16)).toString()).toBe("VP8X");
    expect(webp[20]! & 0b1000).toBe(0b1000);
    expect(Buffer.from(webp).toString("latin1").split("VP8X").length).toBe(2);
  }
});

test("what has no place for it is refused with a word", async () => {
  const jpeg = await pixels(1).jpeg().toBuffer();
  expect(() => writeUserComment(jpeg, "x".repeat(33_000))).toThrowError(
    expect.objectContaining({ code: "payload_too_large" }) as Error,
  );
  expect(() => writeUserComment(Buffer.from("GIF89a"), "x")).toThrowError(
    expect.objectContaining({ code: "unsupported_media" }) as Error,
  );
});
