import { z } from "zod";
import type { Camel } from "./casing.ts";
import { errorSchema } from "./error-schema.ts";

const seconds = z.number().min(0);

/** How long the parts of a picture took, in seconds. */
export const secondsSchema = z.object({ load: seconds, denoise: seconds, decode: seconds, total: seconds });

export const PROVIDERS = ["webgpu", "wasm", "cpu", "cuda"] as const;
export const providerSchema = z.enum(PROVIDERS);
export type Provider = z.infer<typeof providerSchema>;

/** Sentences for the user: what failed on the way to a picture, and what was done instead. */
export const noticesSchema = z.array(z.string().max(1000)).max(20);

/** What a finished picture says of itself; its pixels travel apart (Blob or presigned URL). */
export const resultSchema = z.object({
  width: z.number().int(),
  height: z.number().int(),
  seed: z.number().int(),
  model: z.string(),
  model_revision: z.string(),
  model_digest: z.string(),
  provider: providerSchema,
  seconds: secondsSchema,
  /** Absent where all went well. */
  notices: noticesSchema.optional(),
});
export type GenerationResult = Camel<z.infer<typeof resultSchema>>;

export const PREVIEW_MAX_CHARACTERS = 24 * 1024;

/** The progress of one picture, wire form. The stream's `id` numbers every event but previews. */
export const progressSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("queued"), position: z.number().int().min(0), eta_seconds: seconds.nullable() }),
  z.object({
    type: z.literal("loading"),
    component: z.string(),
    loaded_bytes: z.number().int().min(0),
    total_bytes: z.number().int().min(0),
  }),
  z.object({
    type: z.literal("step"),
    step: z.number().int().min(0),
    steps: z.number().int().min(1),
    eta_seconds: seconds.nullable(),
    /** On the wire a WebP or JPEG data URL, at most 24 kB, at most four a second, never stored. */
    preview: z.string().max(PREVIEW_MAX_CHARACTERS).optional(),
  }),
  z.object({ type: z.literal("decoding") }),
  z.object({ type: z.literal("succeeded"), result: resultSchema }),
  z.object({ type: z.literal("failed"), error: errorSchema }),
  z.object({ type: z.literal("cancelled") }),
]);
export type ProgressWire = z.infer<typeof progressSchema>;

/**
 * The same union in TypeScript's form. `Preview` is what a host shows between steps: raw pixels inside the core,
 * an ImageBitmap on comlink, a data URL on the wire.
 */
export type Progress<Preview = string> = WithPreview<Camel<ProgressWire>, Preview>;

type WithPreview<Event, Preview> = Event extends { type: "step" }
  ? Omit<Event, "preview"> & { preview?: Preview }
  : Event;

export type ProgressType = ProgressWire["type"];
