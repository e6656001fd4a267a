import type { GenerationRequest } from "../../contracts/request.ts";

/** What AUTOMATIC1111 calls the same algorithms. */
export const SAMPLER_NAMES: Readonly<Record<GenerationRequest["scheduler"], string>> = Object.freeze({
  ddim: "DDIM",
  pndm: "PLMS",
  euler: "Euler",
  euler_ancestral: "Euler a",
  heun: "Heun",
  dpmpp_2m: "DPM++ 2M",
  dpmpp_2m_sde: "DPM++ 2M SDE",
  dpmpp_sde: "DPM++ SDE",
  unipc: "UniPC",
  lcm: "LCM",
  flow_match_euler: "Flow match Euler",
});

export const SCHEDULE_TYPE_NAMES: Readonly<Record<GenerationRequest["sigmas"], string>> = Object.freeze({
  default: "Automatic",
  karras: "Karras",
  exponential: "Exponential",
  beta: "Beta",
});

/** The key under which a table holds a value, or undefined. */
export function keyOf<Key extends string>(
  table: Readonly<Record<Key, string>>,
  value: string,
): Key | undefined {
  return (Object.keys(table) as Key[]).find((key) => table[key].toLowerCase() === value.toLowerCase());
}
