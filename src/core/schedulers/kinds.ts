import { EaselError } from "../../contracts/errors.ts";
import type { GenerationRequest } from "../../contracts/request.ts";
import type { SigmaSpacing } from "./sigma-spacing.ts";

export type SchedulerName = GenerationRequest["scheduler"];

interface Kind {
  /** Whether its sigmas can be spaced another way. */
  readonly spacings: boolean;
  /** Whether it draws models trained by flow matching, or those trained by diffusion. */
  readonly flowMatching: boolean;
}

const SPACED: Kind = { spacings: true, flowMatching: false };
const UNSPACED: Kind = { spacings: false, flowMatching: false };

/** What is known of each scheduler by its name alone: the page asks for no more, and loads none of the algorithms. */
const KINDS: Readonly<Record<SchedulerName, Kind>> = Object.freeze({
  ddim: UNSPACED,
  pndm: UNSPACED,
  euler: SPACED,
  euler_ancestral: SPACED,
  heun: SPACED,
  dpmpp_2m: SPACED,
  dpmpp_2m_sde: SPACED,
  dpmpp_sde: SPACED,
  unipc: SPACED,
  lcm: UNSPACED,
  flow_match_euler: { spacings: true, flowMatching: true },
});
const NAMES = Object.keys(KINDS) as SchedulerName[];

/**
 * The schedulers that can draw a model, told by the one that it names as its own: the kind of training decides.
 * Whether the model's scheduler_config.json allows each is known only once it is read.
 */
export function schedulersFor(modelScheduler: SchedulerName): SchedulerName[] {
  return NAMES.filter((name) => KINDS[name].flowMatching === KINDS[modelScheduler].flowMatching);
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
  requireKind(name, KINDS[modelScheduler].flowMatching);
  if (sigmas === "default" || KINDS[name].spacings) return;
  throw new EaselError("invalid_request", `The scheduler ${name} has no ${sigmas} sigmas.`, {
    path: "sigmas",
    hint: `Use "default" sigmas, or one of: ${NAMES.filter((other) => KINDS[other].spacings).join(", ")}.`,
  });
}

/** @throws EaselError `invalid_request` with the path `scheduler` where it can't draw a model trained so */
export function requireKind(name: SchedulerName, flowMatching: boolean): void {
  if (KINDS[name].flowMatching === flowMatching) return;
  const usable = NAMES.filter((other) => KINDS[other].flowMatching === flowMatching);
  throw new EaselError(
    "invalid_request",
    flowMatching
      ? `The scheduler ${name} takes noise out of a diffusion, but this model was trained by flow matching.`
      : `The scheduler ${name} is for models trained by flow matching, and this one was not.`,
    { path: "scheduler", hint: `Choose one of: ${usable.join(", ")}.` },
  );
}
