import { EaselError } from "../../contracts/errors.ts";
import type { GenerationRequest } from "../../contracts/request.ts";
import { DdimScheduler } from "./ddim.ts";
import { Dpmpp2mSdeScheduler } from "./dpmpp-2m-sde.ts";
import { Dpmpp2mScheduler } from "./dpmpp-2m.ts";
import { EulerAncestralScheduler } from "./euler-ancestral.ts";
import { EulerScheduler } from "./euler.ts";
import { HeunScheduler } from "./heun.ts";
import { LcmScheduler } from "./lcm.ts";
import { PndmScheduler } from "./pndm.ts";
import type { Scheduler } from "./scheduler.ts";
import type { SchedulerConfig } from "./scheduler-config.ts";
import type { SigmaSpacing } from "./sigma-spacing.ts";
import { UniPcScheduler } from "./unipc.ts";

type SchedulerName = GenerationRequest["scheduler"];

interface Entry {
  make: (config: SchedulerConfig, numSteps: number, spacing: SigmaSpacing) => Scheduler;
  /** Whether it works in sigma space and so can be spaced another way. */
  spacings: boolean;
}

/** Every scheduler that can draw today; a name of the contract that is not here is refused. */
const REGISTRY: Partial<Record<SchedulerName, Entry>> = {
  ddim: { make: (config, numSteps) => new DdimScheduler(config, numSteps), spacings: false },
  pndm: { make: (config, numSteps) => new PndmScheduler(config, numSteps), spacings: false },
  euler: {
    make: (config, numSteps, spacing) => new EulerScheduler(config, numSteps, spacing),
    spacings: true,
  },
  euler_ancestral: {
    make: (config, numSteps, spacing) => new EulerAncestralScheduler(config, numSteps, spacing),
    spacings: true,
  },
  dpmpp_2m: {
    make: (config, numSteps, spacing) => new Dpmpp2mScheduler(config, numSteps, spacing),
    spacings: true,
  },
  dpmpp_2m_sde: {
    make: (config, numSteps, spacing) => new Dpmpp2mSdeScheduler(config, numSteps, spacing),
    spacings: true,
  },
  heun: { make: (config, numSteps, spacing) => new HeunScheduler(config, numSteps, spacing), spacings: true },
  unipc: {
    make: (config, numSteps, spacing) => new UniPcScheduler(config, numSteps, spacing),
    spacings: true,
  },
  lcm: { make: (config, numSteps) => new LcmScheduler(config, numSteps), spacings: false },
};

/** The names that {@link createScheduler} takes. */
export const AVAILABLE_SCHEDULERS: readonly SchedulerName[] = Object.freeze(
  Object.keys(REGISTRY) as SchedulerName[],
);

/** @throws EaselError `invalid_request` where the scheduler is not there yet, or can't be spaced as asked. */
export function requireScheduler(name: SchedulerName, sigmas: SigmaSpacing): void {
  entryOf(name, sigmas);
}

/**
 * The scheduler that a request asks for, for one picture.
 * @throws EaselError `invalid_request` as {@link requireScheduler} does.
 */
export function createScheduler(
  name: SchedulerName,
  config: SchedulerConfig,
  numSteps: number,
  sigmas: SigmaSpacing,
): Scheduler {
  return entryOf(name, sigmas).make(config, numSteps, sigmas);
}

function entryOf(name: SchedulerName, sigmas: SigmaSpacing): Entry {
  const entry = REGISTRY[name];
  if (entry === undefined) {
    throw new EaselError("invalid_request", `The scheduler ${name} is not available here.`, {
      path: "scheduler",
      hint: `Choose one of: ${AVAILABLE_SCHEDULERS.join(", ")}.`,
    });
  }
  if (sigmas !== "default" && !entry.spacings) {
    throw new EaselError("invalid_request", `The scheduler ${name} has no ${sigmas} sigmas.`, {
      path: "sigmas",
      hint: `Use "default" sigmas, or one of: ${AVAILABLE_SCHEDULERS.filter((other) => REGISTRY[other]!.spacings).join(", ")}.`,
    });
  }
  return entry;
}
