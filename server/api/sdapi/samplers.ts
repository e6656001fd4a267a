import { EaselError } from "../../../src/contracts/errors.ts";
import type { GenerationRequest } from "../../../src/contracts/request.ts";
import { SCHEDULERS } from "../../../src/contracts/request-limits.ts";
import { keyOf, SAMPLER_NAMES, SCHEDULE_TYPE_NAMES } from "../../../src/core/metadata/scheduler-names.ts";
import { requireScheduler } from "../../../src/core/schedulers/kinds.ts";

type SchedulerName = GenerationRequest["scheduler"];
type Sigmas = GenerationRequest["sigmas"];

/** Older names of the same samplers, as that interface lists them. */
const ALIASES: Partial<Record<SchedulerName, readonly string[]>> = {
  ddim: ["ddim"],
  pndm: ["plms"],
  euler: ["k_euler"],
  euler_ancestral: ["k_euler_a", "k_euler_ancestral"],
  heun: ["k_heun"],
  dpmpp_2m: ["k_dpmpp_2m"],
  dpmpp_2m_sde: ["k_dpmpp_2m_sde"],
  dpmpp_sde: ["k_dpmpp_sde"],
  unipc: ["unipc"],
  lcm: ["k_lcm"],
};

export function samplerList() {
  return SCHEDULERS.map((name) => ({
    name: SAMPLER_NAMES[name],
    aliases: [...(ALIASES[name] ?? [])],
    options: {},
  }));
}

export function schedulerList() {
  return Object.entries(SCHEDULE_TYPE_NAMES).map(([name, label]) => ({
    name: name === "default" ? "automatic" : name,
    label,
    aliases: [] as string[],
    default_rho: name === "karras" ? 7 : -1,
    need_inner_model: false,
  }));
}

function samplerOf(name: string): SchedulerName | undefined {
  const wanted = name.toLowerCase();
  return keyOf(SAMPLER_NAMES, name) ?? SCHEDULERS.find((known) => ALIASES[known]?.includes(wanted));
}

function sigmasOf(name: string | null | undefined): Sigmas | undefined {
  return name === null || name === undefined ? undefined : keyOf(SCHEDULE_TYPE_NAMES, name);
}

/** Whether the sampler can be spaced so; that interface then falls back to the sampler's own spacing. */
function fits(scheduler: SchedulerName, sigmas: Sigmas, modelScheduler: SchedulerName): boolean {
  try {
    requireScheduler(scheduler, sigmas, modelScheduler);
    return true;
  } catch {
    return false;
  }
}

/**
 * The scheduler behind a sampler's name for a model, told by its own scheduler, which may end in its schedule as older clients write it: "DPM++ 2M Karras".
 *
 * @throws EaselError not_found for a name that nothing here has
 */
export function findSampler(
  name: string,
  schedule: string | null | undefined,
  modelScheduler: SchedulerName,
): { scheduler: SchedulerName; sigmas: Sigmas } {
  const [, stem = name, suffix] = /^(.+) (karras|exponential|beta)$/i.exec(name) ?? [];
  const whole = samplerOf(name);
  const scheduler = whole ?? samplerOf(stem);
  if (scheduler === undefined) {
    throw new EaselError("not_found", "Sampler not found", {
      path: "sampler_name",
      hint: `This server has no sampler ${name}. It has: ${samplerList()
        .map((sampler) => sampler.name)
        .join(", ")}.`,
    });
  }
  const sigmas = sigmasOf(schedule) ?? (whole === undefined ? sigmasOf(suffix) : undefined) ?? "default";
  return { scheduler, sigmas: fits(scheduler, sigmas, modelScheduler) ? sigmas : "default" };
}
