import { EaselError } from "../../contracts/errors.ts";
import { DdimScheduler } from "./ddim.ts";
import { Dpmpp2mSdeScheduler } from "./dpmpp-2m-sde.ts";
import { Dpmpp2mScheduler } from "./dpmpp-2m.ts";
import { DpmppSdeScheduler } from "./dpmpp-sde.ts";
import { EulerAncestralScheduler } from "./euler-ancestral.ts";
import { EulerScheduler } from "./euler.ts";
import { FlowMatchEulerScheduler } from "./flow-match-euler.ts";
import { HeunScheduler } from "./heun.ts";
import { requireKind, type SchedulerName } from "./kinds.ts";
import { LcmScheduler } from "./lcm.ts";
import { PndmScheduler } from "./pndm.ts";
import type { Scheduler, SchedulerClass } from "./scheduler.ts";
import type { SchedulerConfig } from "./scheduler-config.ts";
import { settingsOf } from "./settings.ts";
import type { SigmaSpacing } from "./sigma-spacing.ts";
import { UniPcScheduler } from "./unipc.ts";

/** Every name of the contract has its algorithm. */
const REGISTRY: Readonly<Record<SchedulerName, SchedulerClass>> = {
  ddim: DdimScheduler,
  pndm: PndmScheduler,
  euler: EulerScheduler,
  euler_ancestral: EulerAncestralScheduler,
  heun: HeunScheduler,
  dpmpp_2m: Dpmpp2mScheduler,
  dpmpp_2m_sde: Dpmpp2mSdeScheduler,
  dpmpp_sde: DpmppSdeScheduler,
  unipc: UniPcScheduler,
  lcm: LcmScheduler,
  flow_match_euler: FlowMatchEulerScheduler,
};

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
  const scheduler = REGISTRY[name];
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
