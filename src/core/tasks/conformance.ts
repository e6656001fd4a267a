import { afterAll, describe, expect, test } from "vitest";
import { toCamel } from "../../contracts/casing.ts";
import { manifestSchema } from "../../contracts/model.ts";
import type { GenerationRequest } from "../../contracts/request.ts";
import { generate } from "../generate.ts";
import type { ModelFiles } from "../model-files.ts";
import type { InputImages } from "../request/fit-inputs.ts";
import type { InferenceRuntime } from "../runtime/inference-runtime.ts";
import { ModelSessions } from "../runtime/model-sessions.ts";
import type { RgbaImage } from "../tensor/image.ts";

/** A drawing by diffusers' pipelines in torch (models/lab, `python -m lab.vectors --only tasks`). */
interface TaskCase {
  task: "image" | "mask" | "second pass";
  model: string;
  prompt: string;
  negative_prompt: string;
  seed: number;
  guidance_scale: number;
  scheduler: GenerationRequest["scheduler"];
  num_steps: number;
  strength: number;
  size: [number, number];
  rows: number[];
  pixels: number[];
}

export interface TaskOptions {
  runtime: InferenceRuntime;
  /** Reads a file of the repository. */
  read: (path: string) => Promise<Uint8Array<ArrayBuffer>>;
  /** How far a pixel, 0..255, may lie from the reference. */
  pixelTolerance: number;
  /** Only every so many-th case, for a slow runtime. */
  every?: number;
}

const SIDE = 64;

/** Pixels by rule: what the vectors' input picture and mask are. */
export function drawnByRule(
  rule: (x: number, y: number) => number[],
  width = SIDE,
  height = SIDE,
): RgbaImage {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set([...rule(x, y), 255], (y * width + x) * 4);
  }
  return { width, height, data };
}

/** The vectors' input picture. */
export const PICTURE_RULE = (x: number, y: number): number[] => [
  (4 * x) % 256,
  (4 * y) % 256,
  ((x * y) >> 2) % 256,
];

const softSquare = (x: number, y: number): number[] => {
  const rim = Math.min(x - 12, 51 - x, y - 12, 51 - y);
  return [32 * rim, 32 * rim, 32 * rim];
};

/** Pictures from pictures, on every runtime as diffusers draws them. */
export async function describeTasks(
  name: string,
  { runtime, read, pixelTolerance, every = 1 }: TaskOptions,
): Promise<void> {
  const readJson = async (path: string): Promise<unknown> =>
    JSON.parse(new TextDecoder().decode(await read(path)));
  const open = async (folder: string): Promise<ModelFiles> => {
    const manifest = toCamel(manifestSchema.parse(await readJson(`models/tiny/${folder}/manifest.json`)));
    // The second pass of the vectors is larger than the model says that it draws.
    const sizeRule = { multipleOf: 16, min: 64, max: 96, maxPixels: 96 * 96 };
    return { manifest: { ...manifest, sizeRule }, read: (path) => read(`models/tiny/${folder}/${path}`) };
  };
  const { cases } = (await readJson("models/lab/vectors/tasks.json")) as { cases: TaskCase[] };
  const drawn = cases.filter(({ task }) => ["image", "mask", "second pass"].includes(task));
  const inputs: InputImages = { initImage: drawnByRule(PICTURE_RULE), maskImage: drawnByRule(softSquare) };
  const signal = new AbortController().signal;

  const sessions = new ModelSessions(runtime);
  afterAll(() => sessions.release());

  describe(`${name} draws pictures from pictures as diffusers does`, () => {
    test.each(
      drawn
        .filter((_, i) => i % every === 0)
        .map(
          (vector) =>
            [
              `${vector.task}, ${vector.model}, ${vector.scheduler}, ${vector.strength} of ${vector.num_steps} steps`,
              vector,
            ] as const,
        ),
    )("%s", async (_, vector) => {
      const model = await open(vector.model);
      const { image } = await generate(requestOf(vector), model, runtime, { signal, sessions, inputs });
      expect([image.width, image.height]).toEqual(vector.size);
      const got = vector.rows.flatMap((row) =>
        [...image.data.subarray(row * image.width * 4, (row + 1) * image.width * 4)].filter(
          (_, i) => i % 4 !== 3,
        ),
      );
      const worst = Math.max(...got.map((value, i) => Math.abs(value - vector.pixels[i]!)));
      expect(worst).toBeLessThanOrEqual(pixelTolerance);
    });
  });
}

function requestOf(vector: TaskCase): GenerationRequest {
  const { task, num_steps: numSteps, strength } = vector;
  return {
    prompt: vector.prompt,
    negativePrompt: vector.negative_prompt,
    promptSyntax: "plain",
    model: vector.model === "sd" ? "tiny-sd" : "tiny-sd-inpaint",
    numSteps,
    guidanceScale: vector.guidance_scale,
    scheduler: vector.scheduler,
    sigmas: "default",
    seed: vector.seed,
    width: SIDE,
    height: SIDE,
    ...(task === "second pass"
      ? { secondPass: { scale: 1.5, numSteps, strength } }
      : { initImage: "picture", strength }),
    ...(task === "mask" ? { maskImage: "mask" } : {}),
  };
}
