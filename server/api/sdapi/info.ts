import { toCamel } from "../../../src/contracts/casing.ts";
import { formatParameters } from "../../../src/core/metadata/index.ts";
import { SAMPLER_NAMES } from "../../../src/core/metadata/scheduler-names.ts";
import type { GeneratedImageRow } from "../../jobs/submit.ts";
import type { Plan } from "./plan.ts";

/** `20261121142233`, as that interface writes times. */
export function timestamp(at: Date): string {
  return at.toISOString().replace(/\D/g, "").slice(0, 14);
}

/** What the pictures of a batch were drawn with, as that interface's `info` tells it. */
export function infoOf(rows: readonly GeneratedImageRow[], plan: Plan): string {
  const [first] = rows;
  const request = first?.request;
  const all = <Value>(pick: (row: GeneratedImageRow) => Value) => rows.map(pick);
  const subseed = request?.variation_seed ?? 0;
  return JSON.stringify({
    prompt: plan.request.prompt,
    all_prompts: all((row) => row.request.prompt),
    negative_prompt: plan.request.negative_prompt ?? "",
    all_negative_prompts: all((row) => row.request.negative_prompt),
    seed: request?.seed ?? plan.request.seed ?? -1,
    all_seeds: all((row) => row.request.seed),
    subseed,
    all_subseeds: all((row) => row.request.variation_seed ?? 0),
    subseed_strength: request?.variation_strength ?? 0,
    width: plan.output.width,
    height: plan.output.height,
    sampler_name: request === undefined ? "" : SAMPLER_NAMES[request.scheduler],
    cfg_scale: request?.guidance_scale ?? 0,
    steps: request?.num_steps ?? 0,
    batch_size: rows.length,
    restore_faces: false,
    face_restoration_model: null,
    sd_model_name: plan.request.model,
    sd_model_hash: first?.modelDigest?.slice(0, 10) ?? "",
    sd_vae_name: null,
    sd_vae_hash: null,
    seed_resize_from_w: -1,
    seed_resize_from_h: -1,
    denoising_strength: request?.second_pass?.strength ?? null,
    extra_generation_params: {},
    index_of_first_image: 0,
    infotexts: all((row) => formatParameters(toCamel(row.request), { modelDigest: row.modelDigest ?? "" })),
    styles: [],
    job_timestamp: timestamp(first?.createdAt ?? new Date()),
    clip_skip: 1,
    is_using_inpainting_conditioning: false,
    version: "Easel",
    easel: { drawn_size: plan.drawnSize, ...(plan.note === undefined ? {} : { note: plan.note }) },
  });
}
