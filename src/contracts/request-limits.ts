/** What a request may say, without the schema that checks it: the page shows it before anything is to be checked. */

export const SCHEDULERS = [
  "ddim",
  "pndm",
  "euler",
  "euler_ancestral",
  "heun",
  "dpmpp_2m",
  "dpmpp_2m_sde",
  "dpmpp_sde",
  "unipc",
  "lcm",
  "flow_match_euler",
] as const;

export const SIGMA_SPACINGS = ["default", "karras", "exponential", "beta"] as const;
export const PROMPT_SYNTAXES = ["a1111", "plain"] as const;

export const LIMITS = Object.freeze({
  promptCharacters: 10_000,
  minSteps: 1,
  maxSteps: 150,
  maxGuidanceScale: 30,
  maxSeed: 4_294_967_295,
  maxSide: 4096,
});
