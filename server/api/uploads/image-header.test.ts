import sharp from "sharp";
import { expect, test } from "vitest";
import { asFailure } from "../../../src/contracts/errors.ts";
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

test("R16: cut, altered and foreign files are refused by name and never crash", async () => {
  const originals = await Promise.all(
    [picture(40, 30).png(), picture(40, 30).jpeg(), picture(40, 30).webp()].map((file) => file.toBuffer()),
  );
  const foreign = [
    "",
    "GIF89a",
    "<svg xmlns='http://www.w3.org/2000/svg'/>",
    "\x89PNG\r\n\x1a\n",
    "RIFF\0\0\0\0WEBP",
    "\xff\xd8\xff",
  ];
  const hostile = [
    ...foreign.map((text) => Buffer.from(text, "latin1")),
    ...originals.flatMap((file) => [2, 5, 11, 16, 20].map((length) => file.subarray(0, length))),
  ];
  for (const bytes of hostile) {
    let failure: unknown;
    try {
      readImageHeader(new Uint8Array(bytes));
    } catch (error) {
      failure = asFailure(error);
    }
    expect(failure).toMatchObject({ code: "unsupported_media" });
  }
});
