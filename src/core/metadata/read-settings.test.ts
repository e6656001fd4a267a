import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { GenerationRequest } from "../../contracts/request.ts";
import { formatParameters } from "./parameters.ts";
import { readPictureSettings } from "./read-settings.ts";
import {
  exif,
  iTXt,
  jpeg,
  packedITXt,
  png,
  pngChunk,
  tEXt,
  unicodeComment,
  webp,
  xmp,
  zTXt,
} from "./tests/picture-files.ts";

const USER_COMMENT = 0x9286;
const MAKER_NOTE = 0x927c;
const DESCRIPTION = 0x010e;

/** AUTOMATIC1111's own form, with what the contract has and what it has not. */
const A1111 =
  "a fox, (shiny:1.2)\nin snow\nNegative prompt: blurry\n" +
  "Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7, Seed: 42, Size: 512x768, Model hash: abc, " +
  'Model: dreamy, Clip skip: 2, Lora hashes: "x: 1, y: 2", Version: v1.10.0';
const FOX = {
  prompt: "a fox, (shiny:1.2)\nin snow",
  negativePrompt: "blurry",
  promptSyntax: "a1111",
  numSteps: 20,
  scheduler: "dpmpp_2m",
  sigmas: "karras",
  guidanceScale: 7,
  seed: 42,
  width: 512,
  height: 768,
  model: "dreamy",
};
const A1111_LEFT = [
  { name: "Clip skip", value: "2" },
  { name: "Lora hashes", value: "x: 1, y: 2" },
];

describe("AUTOMATIC1111's settings come back", () => {
  test.each<[string, Buffer]>([
    ["tEXt of a PNG", png(tEXt("parameters", A1111))],
    ["zTXt of a PNG", png(zTXt("parameters", deflateSync(A1111)))],
    ["iTXt of a PNG", png(iTXt("parameters", A1111))],
    ["a packed iTXt of a PNG", png(packedITXt("parameters", deflateSync(A1111)))],
    ["eXIf of a PNG", png(pngChunk("eXIf", exif({}, { [USER_COMMENT]: unicodeComment(A1111) })))],
    ["a JPEG's UserComment", jpeg({ exif: exif({}, { [USER_COMMENT]: unicodeComment(A1111) }) })],
    [
      "one of the other byte order",
      jpeg({ exif: exif({}, { [USER_COMMENT]: unicodeComment(A1111, "little") }) }),
    ],
    ["a JPEG's ImageDescription", jpeg({ exif: exif({ [DESCRIPTION]: Buffer.from(`${A1111}\0`) }) })],
    ["a JPEG's XMP", jpeg({ xmp: xmp("dc:description", A1111) })],
    ["a WebP's UserComment", webp({ exif: exif({}, { [USER_COMMENT]: unicodeComment(A1111) }) })],
    ["a WebP's XMP", webp({ xmp: xmp("exif:UserComment", A1111) })],
  ])("from %s", async (_, file) => {
    expect(await readPictureSettings(file)).toEqual({
      program: "AUTOMATIC1111",
      settings: FOX,
      unmapped: A1111_LEFT,
    });
  });

  test("in other scripts, from PNG and JPEG", async () => {
    const text = A1111.replace("a fox", "一只狐狸 🦊");
    for (const file of [
      png(iTXt("parameters", text)),
      jpeg({ exif: exif({}, { [USER_COMMENT]: unicodeComment(text) }) }),
    ]) {
      expect((await readPictureSettings(file))?.settings.prompt).toBe("一只狐狸 🦊, (shiny:1.2)\nin snow");
    }
  });

  test("an older one's sampler holds the schedule; an unknown one, and a number out of range, are listed", async () => {
    const old = "a fox\nSteps: 20, Sampler: DPM++ 2M Karras, CFG scale: 7, Seed: 42, Size: 512x512";
    expect((await readPictureSettings(png(tEXt("parameters", old))))?.settings).toMatchObject({
      scheduler: "dpmpp_2m",
      sigmas: "karras",
    });
    const odd =
      "a fox\nSteps: 900, Sampler: Restart, CFG scale: 7, Seed: -1, Size: 512x512, Schedule type: Polyexponential";
    const read = await readPictureSettings(png(tEXt("parameters", odd)));
    expect(read?.unmapped).toEqual(
      expect.arrayContaining([
        { name: "Steps", value: "900" },
        { name: "Sampler", value: "Restart" },
        { name: "Seed", value: "-1" },
        { name: "Schedule type", value: "Polyexponential" },
      ]),
    );
    expect(read?.settings).not.toHaveProperty("numSteps");
  });
});

test("Easel's own picture gives its whole request, and nothing is left over", async () => {
  const request: GenerationRequest = {
    ...(FOX as GenerationRequest),
    model: "owner/name.v2",
    modelRevision: "abc",
    variationSeed: 7,
    variationStrength: 0.25,
    secondPass: { scale: 1.5, numSteps: 6, strength: 0.4 },
  };
  const file = png(tEXt("parameters", formatParameters(request, { modelDigest: "0123456789abcdef" })));
  expect(await readPictureSettings(file)).toEqual({ program: "Easel", settings: request, unmapped: [] });
});

const FOUND = {
  prompt: "a fox",
  negativePrompt: "blurry",
  numSteps: 20,
  scheduler: "euler_ancestral",
  sigmas: "default",
  guidanceScale: 7,
  seed: 42,
  width: 512,
  height: 768,
  model: "dreamy",
};

test("InvokeAI's settings come back", async () => {
  const metadata = {
    generation_mode: "txt2img",
    positive_prompt: "a fox",
    negative_prompt: "blurry",
    width: 512,
    height: 768,
    seed: 42,
    cfg_scale: 7,
    steps: 20,
    scheduler: "dpmpp_2m_k",
    model: { key: "k", name: "dreamy", base: "sd-1" },
    loras: [{ model: { name: "ink" }, weight: 0.75 }],
    clip_skip: 1,
  };
  const { sigmas: _, ...fox } = FOUND;
  expect(await readPictureSettings(png(iTXt("invokeai_metadata", JSON.stringify(metadata))))).toEqual({
    program: "InvokeAI",
    settings: { ...fox, scheduler: "dpmpp_2m", sigmas: "karras" },
    unmapped: [
      { name: "loras", value: '[{"model":{"name":"ink"},"weight":0.75}]' },
      { name: "clip_skip", value: "1" },
    ],
  });
});

test("SwarmUI's settings come back, from PNG and JPEG", async () => {
  const params = {
    prompt: "a fox",
    negativeprompt: "blurry",
    model: "sd/dreamy",
    seed: 42,
    steps: 20,
    cfgscale: 7,
    width: 512,
    height: 768,
    sampler: "euler_ancestral",
    scheduler: "normal",
    refinerupscale: 1.5,
    swarm_version: "0.9",
  };
  const text = JSON.stringify({ sui_image_params: params, sui_extra_data: { date: "today" } }, null, 2);
  const read = {
    program: "SwarmUI",
    settings: FOUND,
    unmapped: [{ name: "refinerupscale", value: "1.5" }],
  };
  expect(await readPictureSettings(png(tEXt("parameters", text)))).toEqual(read);
  expect(
    await readPictureSettings(jpeg({ exif: exif({}, { [USER_COMMENT]: unicodeComment(text) }) })),
  ).toEqual(read);
});

test("Fooocus's settings come back in both its schemes, from PNG and WebP", async () => {
  const metadata = {
    prompt: "a fox",
    negative_prompt: "blurry",
    styles: "['Fooocus V2']",
    steps: 20,
    resolution: "(512, 768)",
    guidance_scale: 7,
    base_model: "dreamy",
    sampler: "euler_ancestral",
    scheduler: "normal",
    seed: "42",
    metadata_scheme: "fooocus",
    version: "Fooocus v2.5",
  };
  const text = JSON.stringify(metadata);
  const read = {
    program: "Fooocus",
    settings: FOUND,
    unmapped: [{ name: "styles", value: "['Fooocus V2']" }],
  };
  expect(await readPictureSettings(png(tEXt("parameters", text), tEXt("fooocus_scheme", "fooocus")))).toEqual(
    read,
  );
  const inExif = exif({}, { [MAKER_NOTE]: Buffer.from("fooocus"), [USER_COMMENT]: unicodeComment(text) });
  expect(await readPictureSettings(webp({ exif: inExif }))).toEqual(read);
  const a1111 = png(tEXt("parameters", A1111), tEXt("fooocus_scheme", "a1111"));
  expect(await readPictureSettings(a1111)).toEqual({
    program: "Fooocus",
    settings: FOX,
    unmapped: A1111_LEFT,
  });
});
