import { EaselError } from "../../contracts/errors.ts";
import type { GenerationRequest } from "../../contracts/request.ts";
import { DdimScheduler } from "./ddim.ts";
import { Dpmpp2mSdeScheduler } from "./dpmpp-2m-sde.ts";
import { Dpmpp2mScheduler } from "./dpmpp-2m.ts";
import { DpmppSdeScheduler } from "./dpmpp-sde.ts";
import { EulerAncestralScheduler } from "./euler-ancestral.ts";
import { EulerScheduler } from "./euler.ts";
import { FlowMatchEulerScheduler } from "./flow-match-euler.ts";
import { HeunScheduler } from "./heun.ts";
import { LcmScheduler } from "./lcm.ts";
import { PndmScheduler } from "./pndm.ts";
import type { Scheduler, SchedulerClass } from "./scheduler.ts";
import type { SchedulerConfig } from "./scheduler-config.ts";
import { settingsOf } from "./settings.ts";
import type { SigmaSpacing } from "./sigma-spacing.ts";
import { UniPcScheduler } from "./unipc.ts";

type SchedulerName = GenerationRequest["scheduler"];

interface Entry {
  scheduler: SchedulerClass;
  /** Whether its sigmas can be spaced another way. */
  spacings: boolean;
  /** Whether it draws models trained by flow matching, or those trained by diffusion. */
  flowMatching: boolean;
}

const spaced = (scheduler: SchedulerClass): Entry => ({ scheduler, spacings: true, flowMatching: false });
const unspaced = (scheduler: SchedulerClass): Entry => ({ scheduler, spacings: false, flowMatching: false });

/** Every name of the contract has its algorithm. */
const REGISTRY: Readonly<Record<SchedulerName, Entry>> = {
  ddim: unspaced(DdimScheduler),
  pndm: unspaced(PndmScheduler),
  euler: spaced(EulerScheduler),
  euler_ancestral: spaced(EulerAncestralScheduler),
  heun: spaced(HeunScheduler),
  dpmpp_2m: spaced(Dpmpp2mScheduler),
  dpmpp_2m_sde: spaced(Dpmpp2mSdeScheduler),
  dpmpp_sde: spaced(DpmppSdeScheduler),
  unipc: spaced(UniPcScheduler),
  lcm: unspaced(LcmScheduler),
  flow_match_euler: { scheduler: FlowMatchEulerScheduler, spacings: true, flowMatching: true },
};
const NAMES = Object.keys(REGISTRY) as SchedulerName[];

/**
 * The schedulers that can draw a model, told by the one that it names as its own: the kind of training decides.
 * Whether the model's scheduler_config.json allows each is known only once it is read.
 */
export function schedulersFor(modelScheduler: SchedulerName): SchedulerName[] {
  return NAMES.filter((name) => REGISTRY[name].flowMatching === REGISTRY[modelScheduler].flowMatching);
}

/**
 * What can be said of a request's scheduler before the model's files are at hand.
 * @param modelScheduler the scheduler that the model's manifest names as its own
 * @throws EaselError `invalid_request` with the path `scheduler` or `sigmas`
 */
export function requireScheduler(
  name: SchedulerName,
  sigmas: SigmaSpacing,
  modelScheduler: SchedulerName,
): void {
  requireKind(name, REGISTRY[modelScheduler].flowMatching);
  if (sigmas === "default" || REGISTRY[name].spacings) return;
  throw new EaselError("invalid_request", `The scheduler ${name} has no ${sigmas} sigmas.`, {
    path: "sigmas",
    hint: `Use "default" sigmas, or one of: ${NAMES.filter((other) => REGISTRY[other].spacings).join(", ")}.`,
  });
}

/**
 * The scheduler that a request asks for, for one picture of one model.
 * @param config the model's scheduler_config.json
 * @throws EaselError `invalid_request` with the path `scheduler` where it can't draw this model, `num_steps` where it
 *   can't take so many.
 */
export function createScheduler(
  name: SchedulerName,
  config: SchedulerConfig,
  numSteps: number,
  sigmas: SigmaSpacing,
): Scheduler {
  requireKind(name, config.flowMatching);
  const { scheduler } = REGISTRY[name];
  const settings = settingsOf(name, scheduler.diffusers, config, sigmas);
  if (numSteps >= settings.numTrainTimesteps) {
    throw new EaselError(
      "invalid_request",
      `The model was trained on ${settings.numTrainTimesteps} timesteps, so that ${numSteps} steps are too many.`,
      { path: "num_steps" },
    );
  }
  return new scheduler(settings, numSteps);
}

function requireKind(name: SchedulerName, flowMatching: boolean): void {
  if (REGISTRY[name].flowMatching === flowMatching) return;
  const usable = NAMES.filter((other) => REGISTRY[other].flowMatching === flowMatching);
  throw new EaselError(
    "invalid_request",
    flowMatching
      ? `The scheduler ${name} takes noise out of a diffusion, but this model was trained by flow matching.`
      : `The scheduler ${name} is for models trained by flow matching, and this one was not.`,
    { path: "scheduler", hint: `Choose one of: ${usable.join(", ")}.` },
  );
}
