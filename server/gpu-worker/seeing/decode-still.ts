import sharp from "sharp";
import { EaselError } from "../../../src/contracts/errors.ts";
import { UPLOAD_MAX_PIXELS } from "../../../src/contracts/upload.ts";
import type { RgbaImage } from "../../../src/core/tensor/image.ts";
import { decodePlainPng } from "./plain-png.ts";

/** A picture's file whose head was read. */
export interface Still {
  /** Pixels that it will take, at most. */
  readonly pixels: number;
  /** As {@link decodeStill}. */
  decode(): Promise<RgbaImage>;
}

/**
 * A picture that is to be seen, decoded: turned upright by its EXIF orientation, in sRGB, straight alpha.
 * @throws EaselError `unsupported_media` where it is animated, in CMYK, damaged or cut short, or larger than 16
 *   megapixels: nothing is seen of a part of what was sent, or in colours that were guessed.
 */
export async function decodeStill(file: Uint8Array): Promise<RgbaImage> {
  return (await openStill(file)).decode();
}

/** The same in two steps: how large it is, before it is decoded. */
export async function openStill(file: Uint8Array): Promise<Still> {
  const plain = decodePlainPng(file);
  if (plain !== undefined)
    return { pixels: plain.width * plain.height, decode: () => Promise.resolve(plain) };
  const { picture, width, height } = await toldOfDamage(async () => {
    const picture = sharp(file, { limitInputPixels: UPLOAD_MAX_PIXELS, failOn: "warning" });
    const { space, pages = 1, ...size } = pngSize(file) ?? (await picture.metadata());
    if (pages > 1 || isAnimatedPng(file)) throw refused(`has ${pages > 1 ? pages : "several"} frames`);
    if (space === "cmyk") throw refused("is in CMYK, the colours of print");
    return { picture, ...size };
  });
  const decode = () =>
    toldOfDamage(async () => {
      const { data, info } = await picture
        .rotate()
        .toColourspace("srgb")
        .ensureAlpha()
        .raw({ depth: "uchar" })
        .toBuffer({ resolveWithObject: true });
      return {
        width: info.width,
        height: info.height,
        data: new Uint8ClampedArray(data.buffer, data.byteOffset, data.byteLength),
      };
    });
  return { pixels: width * height, decode };
}

async function toldOfDamage<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof EaselError) throw cause;
    throw new EaselError("unsupported_media", `The picture is damaged or cut short: ${String(cause)}`, {
      path: "file",
      hint: "Send the whole file of a PNG, JPEG or WebP.",
      cause,
    });
  }
}

/** PNG 11.2.2: IHDR stands first. A PNG is never in CMYK, so nothing else of its head is asked. */
function pngSize(file: Uint8Array): Metadata | undefined {
  if (!isPng(file) || file.byteLength < 24) return undefined;
  const view = new DataView(file.buffer, file.byteOffset);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

type Metadata = { width: number; height: number; space?: string; pages?: number };

const isPng = (file: Uint8Array): boolean =>
  Buffer.from(file.buffer, file.byteOffset, file.byteLength).toString("latin1", 1, 4) === "PNG";

function refused(what: string): EaselError {
  return new EaselError(
    "unsupported_media",
    `A still picture in RGB or grey is expected, this one ${what}.`,
    {
      path: "file",
      hint: "Save it as a PNG, JPEG or WebP of one frame in RGB.",
    },
  );
}

/** PNG 3, 4.9: acTL stands before the picture's data. sharp reads the first frame and says nothing of it. */
function isAnimatedPng(file: Uint8Array): boolean {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (!isPng(file)) return false;
  // The signature is 8 bytes; a chunk its length, its type, its bytes and a checksum of 4.
  for (let at = 8; at + 8 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const type = bytes.toString("latin1", at + 4, at + 8);
    if (type === "acTL") return true;
    if (type === "IDAT") return false;
  }
  return false;
}
