import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { GenerationRequest } from "../../contracts/request.ts";
import { crc32 } from "./crc32.ts";
import { formatParameters, parseParameters, readPngText, writePngText } from "./index.ts";

const request: GenerationRequest = {
  prompt: "a red apple, (shiny:1.2)\non a table",
  negativePrompt: "blurry, text",
  promptSyntax: "a1111",
  model: "easel-mini",
  modelRevision: "abc123",
  numSteps: 12,
  guidanceScale: 3.5,
  scheduler: "dpmpp_2m",
  sigmas: "karras",
  seed: 4294967295,
  width: 128,
  height: 64,
};

describe("parameters", () => {
  test.each<[string, Partial<GenerationRequest>, string]>([
    [
      "a second pass",
      { secondPass: { scale: 1.5, numSteps: 6, strength: 0.4 } },
      "Denoising strength: 0.4, Hires upscale: 1.5, Hires steps: 6, Version",
    ],
    [
      "a picture from a picture with a second pass",
      { strength: 0.7, secondPass: { scale: 2, numSteps: 6, strength: 0.4 } },
      "Denoising strength: 0.7, Hires upscale: 2, Hires steps: 6, Hires denoising strength: 0.4, Version",
    ],
    [
      "a variation",
      { variationSeed: 9, variationStrength: 0.25 },
      "Variation seed: 9, Variation seed strength: 0.25, Version",
    ],
  ])("of %s come back as they were", (_, fields, written) => {
    const text = formatParameters({ ...request, ...fields }, {});
    expect(text).toContain(written);
    expect(parseParameters(text)).toEqual({ ...request, ...fields });
  });

  test("are written as AUTOMATIC1111 writes them", () => {
    expect(formatParameters(request, { modelDigest: "0123456789abcdef" })).toBe(
      "a red apple, (shiny:1.2)\non a table\nNegative prompt: blurry, text\n" +
        "Steps: 12, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 3.5, Seed: 4294967295, Size: 128x64, " +
        "Model hash: 0123456789, Model: easel-mini, Model revision: abc123, Version: Easel",
    );
  });

  test("come back as the request they were made from", () => {
    expect(parseParameters(formatParameters(request, {}))).toEqual(request);
    const plain: GenerationRequest = {
      ...request,
      promptSyntax: "plain",
      negativePrompt: "",
      sigmas: "default",
      model: "a, b: c",
    };
    expect(parseParameters(formatParameters(plain, {}))).toEqual(plain);
  });

  test("prompts with syntax come back, through a PNG too", () => {
    const piece = fc.constantFrom(
      ..."ab ,()[]:|\\\n猫",
      "AND",
      " BREAK ",
      ":1.2)",
      "[a:b:.5]",
      "Steps: 20, Size: 1x1, Seed: 3",
      '"',
    );
    const prompt = fc
      .array(piece, { minLength: 1, maxLength: 12 })
      // White space around a prompt says nothing, and is not kept.
      .map((pieces) => pieces.join("").trim())
      .filter((text) => text !== "");
    fc.assert(
      fc.property(prompt, prompt, (said, negativePrompt) => {
        const text = formatParameters({ ...request, prompt: said, negativePrompt }, {});
        const read = readPngText(writePngText(onePixel(), "parameters", text), "parameters");
        expect(parseParameters(read!)).toEqual({ ...request, prompt: said, negativePrompt });
      }),
    );
  });

  test("of another program give what the contract knows of them", () => {
    const text =
      "masterpiece, cat\nNegative prompt: dog\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x768, " +
      'Model: v1-5, Lora hashes: "x: 1, y: 2", ENSD: 31337';
    expect(parseParameters(text)).toEqual({
      prompt: "masterpiece, cat",
      negativePrompt: "dog",
      promptSyntax: "a1111",
      numSteps: 20,
      scheduler: "euler_ancestral",
      guidanceScale: 7,
      seed: 1,
      width: 512,
      height: 768,
      model: "v1-5",
    });
  });

  test("a last line of fewer than three settings is prompt", () => {
    expect(parseParameters("a cat\nNote: a, Other: b")?.prompt).toBe("a cat\nNote: a, Other: b");
  });

  test("no text makes reading fail", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseParameters(text)));
    expect(parseParameters("")).toBeUndefined();
  });
});

/** The smallest PNG there is: one grey pixel. */
function onePixel(): Uint8Array {
  const chunk = (type: string, data: Uint8Array): number[] => {
    const body = [...new TextEncoder().encode(type), ...data];
    const bytes = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
    return [...bytes(data.length), ...body, ...bytes(crc32(Uint8Array.from(body)))];
  };
  return Uint8Array.from([
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...chunk("IHDR", Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0)),
    ...chunk("IDAT", deflateSync(Uint8Array.of(0, 127))),
    ...chunk("IEND", new Uint8Array()),
  ]);
}

describe("text in a PNG", () => {
  test("the CRC is that of the PNG specification's IEND chunk", () => {
    expect(crc32(new TextEncoder().encode("IEND"))).toBe(0xae426082);
  });

  test.each([
    ["Latin-1 as tEXt", "a café\nSteps: 1", "tEXt"],
    ["other scripts as iTXt", "一个红色的苹果 🍎", "iTXt"],
    ["no text", "", "tEXt"],
  ])("%s comes back", (_, text, type) => {
    const png = writePngText(onePixel(), "parameters", text);
    expect(readPngText(png, "parameters")).toBe(text);
    expect(new TextDecoder("latin1").decode(png)).toContain(type);
    expect(readPngText(png, "other")).toBeUndefined();
  });

  test("a second text of a keyword takes the first one's place, other keywords stay", () => {
    let png = writePngText(onePixel(), "parameters", "first");
    png = writePngText(png, "Comment", "kept");
    png = writePngText(png, "parameters", "第二");
    expect(readPngText(png, "parameters")).toBe("第二");
    expect(readPngText(png, "Comment")).toBe("kept");
    expect(writePngText(png, "parameters", "first")).toHaveLength(
      writePngText(writePngText(onePixel(), "Comment", "kept"), "parameters", "first").length,
    );
  });

  test("what is no PNG, or is cut short, is unsupported_media", () => {
    const refused = expect.objectContaining({ code: "unsupported_media" }) as Error;
    expect(() => readPngText(new TextEncoder().encode("<!doctype html>"), "parameters")).toThrowError(
      refused,
    );
    expect(() => readPngText(onePixel().slice(0, -4), "parameters")).toThrowError(refused);
    expect(() => writePngText(onePixel().slice(0, 40), "parameters", "x")).toThrowError(refused);
  });
});
