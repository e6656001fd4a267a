import sharp from "sharp";
import { expect, test } from "vitest";
import { asFailure } from "../../../src/contracts/errors.ts";
import { UPLOAD_MAX_PIXELS } from "../../../src/contracts/upload.ts";
import { hostileFiles } from "../../tests/hostile-files.ts";
import { readImageHeader } from "./image-header.ts";

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 4, background: { r: 9, g: 80, b: 200, alpha: 0.5 } } });

test("type and size are read from what real encoders write", async () => {
  const files: [string, Promise<Buffer>][] = [
    ["image/png", picture(300, 200).png().toBuffer()],
    ["image/jpeg", picture(300, 200).jpeg().toBuffer()],
    [
      "image/jpeg",
      picture(300, 200)
        .jpeg({ progressive: true })
        .withExif({ IFD0: { Copyright: "us" } })
        .toBuffer(),
    ],
    ["image/webp", picture(300, 200).webp().toBuffer()],
    ["image/webp", picture(300, 200).removeAlpha().webp().toBuffer()],
    ["image/webp", picture(300, 200).webp({ lossless: true }).toBuffer()],
  ];
  for (const [contentType, file] of files) {
    expect(readImageHeader(new Uint8Array(await file))).toEqual({ contentType, width: 300, height: 200 });
  }
});

test("R16: of 50 hostile files none is taken for another's type, for a large picture, or crashes", async () => {
  const files = await hostileFiles();
  expect(files.length).toBeGreaterThanOrEqual(50);
  const taken: string[] = [];
  for (const { name, bytes } of files) {
    try {
      const { width, height } = readImageHeader(bytes);
      expect([name, width * height <= UPLOAD_MAX_PIXELS]).toEqual([name, true]);
      taken.push(name);
    } catch (error) {
      expect([name, asFailure(error).code]).toEqual([name, "unsupported_media"]);
    }
  }
  // Their headers are right: what follows is for who decodes them.
  expect(taken.filter((name) => !/^a (PNG|JPEG|WebP)/.test(name))).toEqual([]);
  expect(taken).not.toContain("a PNG that says 60,000 x 60,000");
});
