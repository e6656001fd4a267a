import type { GenerationRequest } from "../src/contracts/request.ts";

/** One picture: how long it took in all, and inside the runtime's own `create` and `run`; milliseconds. */
export interface Sample {
  total: number;
  inCreate: number;
  inRun: number;
}

/** easel-mini as a new user draws with it: its defaults but for 20 steps, previews off. */
export const BENCH_REQUEST: GenerationRequest = {
  prompt: "a red apple on a blue background",
  negativePrompt: "",
  promptSyntax: "a1111",
  model: "easel-mini",
  numSteps: 20,
  guidanceScale: 3,
  scheduler: "ddim",
  sigmas: "default",
  seed: 1,
  width: 128,
  height: 128,
};
