import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toSnake } from "../../contracts/casing.ts";
import { EaselError } from "../../contracts/errors.ts";
import { requestSchema } from "../../contracts/request.ts";
import { readPictureSettings } from "./read-settings.ts";
import {
  exif,
  iTXt,
  jpeg,
  packedITXt,
  png,
  tEXt,
  unicodeComment,
  webp,
  xmp,
  zTXt,
} from "./tests/picture-files.ts";

const USER_COMMENT = 0x9286;
const MODEL = 0x0110;
const TEXT =
  "a fox\nNegative prompt: blurry\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 42, Size: 512x768";
const GRAPH = JSON.stringify({
  "1": { class_type: "KSampler", inputs: { seed: 42, steps: 20, positive: ["2", 0] } },
  "2": { class_type: "CLIPTextEncode", inputs: { text: "a fox" } },
});

describe("a stranger's file", () => {
  test("without settings gives none", async () => {
    for (const file of [png(), png(tEXt("Comment", "drawn by hand")), jpeg({}), webp({})])
      expect(await readPictureSettings(file)).toBeUndefined();
  });

  test("that is no picture is unsupported_media", async () => {
    await expect(readPictureSettings(Buffer.from("<svg/>"))).rejects.toMatchObject({
      code: "unsupported_media",
    });
  });

  test("packed to unpack to gigabytes is left unread", async () => {
    const bomb = zTXt("parameters", deflateSync(`${TEXT}${" ".repeat(2 ** 25)}`));
    expect(bomb.length).toBeLessThan(2 ** 16);
    expect(await readPictureSettings(png(bomb))).toBeUndefined();
  });

  test("nested too deeply, or with thousands of settings, stays bounded", async () => {
    const deep = `{"positive_prompt":"a fox","x":${"[".repeat(50_000)}${"]".repeat(50_000)}}`;
    expect((await readPictureSettings(png(tEXt("invokeai_metadata", deep))))?.settings.prompt).toBe("a fox");
    const many = Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`x${i}`, "y".repeat(1_000)]));
    const text = JSON.stringify({ ...many, positive_prompt: "a fox" });
    const read = await readPictureSettings(png(tEXt("invokeai_metadata", text)));
    expect(read?.unmapped).toHaveLength(100);
    expect(Math.max(...read!.unmapped.map(({ value }) => value.length))).toBe(200);
  });

  test("of text made to make a search slow ends", async () => {
    for (const piece of ["a", " ", ":", 'x:"', ",", "<rdf:li", "&#", "\n", "Steps: "]) {
      const text = piece.repeat(100_000 / piece.length);
      for (const file of [png(tEXt("parameters", text)), webp({ xmp: xmp("dc:description", text) })])
        await expect(readPictureSettings(file)).resolves.toSatisfy(() => true);
    }
  }, 60_000);

  test("altered or cut short anywhere gives settings that the contract allows, or a typed error", async () => {
    const files = [
      png(zTXt("parameters", deflateSync(TEXT)), packedITXt("prompt", deflateSync(GRAPH))),
      jpeg({
        exif: exif({ [MODEL]: Buffer.from(`prompt:${GRAPH}`) }, { [USER_COMMENT]: unicodeComment(TEXT) }),
      }),
      webp({ exif: exif({}, { [USER_COMMENT]: unicodeComment(TEXT) }), xmp: xmp("dc:description", TEXT) }),
    ];
    const change = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.nat(255) });
    const altered = fc
      .tuple(
        fc.constantFrom(...files),
        fc.array(change, { maxLength: 8 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
      )
      .map(([file, changes, kept]) => {
        const bytes = Uint8Array.from(file.subarray(0, Math.ceil(file.length * (kept < 0.5 ? 1 : kept))));
        for (const { at, byte } of changes)
          if (bytes.length > 0) bytes[Math.floor(at * (bytes.length - 1))] = byte;
        return bytes;
      });
    await fc.assert(fc.asyncProperty(altered, staysTyped), { numRuns: 400 });
  }, 60_000);

  test("of any JSON gives settings that the contract allows", async () => {
    const keys = [
      "prompt",
      "seed",
      "sui_image_params",
      "class_type",
      "inputs",
      "nodes",
      "links",
      "resolution",
      "__proto__",
    ];
    const json = fc
      .object({ key: fc.constantFrom(...keys), maxDepth: 4 })
      .map((value) => JSON.stringify(value));
    const keyword = fc.constantFrom("parameters", "prompt", "workflow", "invokeai_metadata");
    await fc.assert(
      fc.asyncProperty(keyword, json, async (name, text) =>
        staysTyped(png(iTXt(name, text), tEXt("fooocus_scheme", "fooocus"))),
      ),
      { numRuns: 400 },
    );
  }, 60_000);
});

async function staysTyped(file: Uint8Array): Promise<void> {
  try {
    const read = await readPictureSettings(file);
    if (read === undefined) return;
    expect(requestSchema.partial().safeParse(toSnake(read.settings)).success).toBe(true);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(EaselError);
  }
}
