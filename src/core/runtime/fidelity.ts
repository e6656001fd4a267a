import { describe, expect, test } from "vitest";
import { toCamel } from "../../contracts/casing.ts";
import { manifestSchema } from "../../contracts/model.ts";
import type { SCHEDULERS } from "../../contracts/request-limits.ts";
import { generate } from "../generate.ts";
import type { ModelFiles } from "../model-files.ts";
import { completeRequest } from "../request/complete-request.ts";
import type { RgbaImage } from "../tensor/image.ts";
import type { InferenceRuntime } from "./inference-runtime.ts";
import { ModelSessions } from "./model-sessions.ts";

/** A picture of easel-mini by diffusers' own pipeline in torch (models/lab, `python -m lab.vectors --only mini`). */
interface PictureCase {
  prompt: string;
  negative_prompt: string;
  seed: number;
  num_steps: number;
  guidance_scale: number;
  scheduler: (typeof SCHEDULERS)[number];
  picture: string;
}

export interface FidelityOptions {
  runtime: InferenceRuntime;
  /** Reads a file of the repository. */
  read: (path: string) => Promise<Uint8Array<ArrayBuffer>>;
  decodePng: (bytes: Uint8Array<ArrayBuffer>) => Promise<RgbaImage>;
  /** Which of the pictures: so many of the whole ones, or of the short ones of 4 steps for slow runtimes. */
  pictures: { whole: number } | { short: number };
  /** The least peak signal-to-noise ratio, in dB. */
  atLeast: number;
}

const FOLDER = "models/lab/vectors/easel-mini";
const SHORT_STEPS = 4;

/** The trained weights, the same prompt and seed: the same picture as diffusers draws, run by each runtime. */
export function describeFidelity(
  name: string,
  { runtime, read, decodePng, pictures, atLeast }: FidelityOptions,
): void {
  const readJson = async (path: string): Promise<unknown> =>
    JSON.parse(new TextDecoder().decode(await read(path)));

  describe(`${name} draws easel-mini as diffusers does`, () => {
    test(`every picture at ${atLeast} dB or more`, { timeout: 300_000 }, async () => {
      const model: ModelFiles = {
        manifest: toCamel(manifestSchema.parse(await readJson("models/easel-mini/manifest.json"))),
        read: (path) => read(`models/easel-mini/${path}`),
      };
      const { cases } = (await readJson(`${FOLDER}/cases.json`)) as { cases: PictureCase[] };
      const short = cases.filter(({ num_steps }) => num_steps === SHORT_STEPS);
      const whole = cases.filter(({ num_steps }) => num_steps !== SHORT_STEPS);
      const chosen = "short" in pictures ? short.slice(0, pictures.short) : whole.slice(0, pictures.whole);
      expect(chosen).toHaveLength("short" in pictures ? pictures.short : pictures.whole);
      const sessions = new ModelSessions(runtime);
      for (const vector of chosen) {
        const request = completeRequest(
          {
            prompt: vector.prompt,
            negativePrompt: vector.negative_prompt,
            seed: vector.seed,
            numSteps: vector.num_steps,
            guidanceScale: vector.guidance_scale,
            scheduler: vector.scheduler,
          },
          model.manifest,
          () => 0,
        );
        const signal = new AbortController().signal;
        const { image } = await generate(request, model, runtime, { signal, sessions });
        const reference = await decodePng(await read(`${FOLDER}/${vector.picture}`));
        expect(image.data.length).toBe(reference.data.length);
        expect(decibels(image, reference), vector.prompt).toBeGreaterThanOrEqual(atLeast);
      }
      await sessions.release();
    });
  });
}

/** Peak signal-to-noise ratio over red, green and blue, in dB; the same pictures are at infinity. */
function decibels(a: RgbaImage, b: RgbaImage): number {
  let squares = 0;
  for (let i = 0; i < a.data.length; i++) if (i % 4 !== 3) squares += (a.data[i]! - b.data[i]!) ** 2;
  return 10 * Math.log10(255 ** 2 / (squares / (a.data.length * 0.75)));
}
