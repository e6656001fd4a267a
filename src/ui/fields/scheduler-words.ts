import type { SCHEDULERS } from "../../contracts/request-limits.ts";
import { m } from "../../paraglide/messages.js";

type SchedulerName = (typeof SCHEDULERS)[number];

const SENTENCES: Readonly<Record<SchedulerName, () => string>> = Object.freeze({
  ddim: m.scheduler_ddim,
  pndm: m.scheduler_pndm,
  euler: m.scheduler_euler,
  euler_ancestral: m.scheduler_euler_ancestral,
  heun: m.scheduler_heun,
  dpmpp_2m: m.scheduler_dpmpp_2m,
  dpmpp_2m_sde: m.scheduler_dpmpp_2m_sde,
  dpmpp_sde: m.scheduler_dpmpp_sde,
  unipc: m.scheduler_unipc,
  lcm: m.scheduler_lcm,
  flow_match_euler: m.scheduler_flow_match_euler,
});

/** What a scheduler is good for, in a sentence. */
export function schedulerSentence(name: SchedulerName): string {
  return SENTENCES[name]();
}

/** As people write it: dpm++ 2m sde. */
export function schedulerName(name: SchedulerName): string {
  return name.replaceAll("_", " ").replace("pp", "++");
}
