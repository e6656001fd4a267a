import type { GenerationRequest } from "../../contracts/request.ts";
import { keyOf, SAMPLER_NAMES, SCHEDULE_TYPE_NAMES } from "./scheduler-names.ts";

type Scheduler = GenerationRequest["scheduler"];
type Spacing = GenerationRequest["sigmas"];

/** Names of ComfyUI, InvokeAI, SwarmUI and Fooocus for our algorithms, beside AUTOMATIC1111's. */
const ALIASES: Readonly<Record<string, Scheduler>> = Object.freeze({
  euler_a: "euler_ancestral",
  plms: "pndm",
  uni_pc: "unipc",
  dpmpp_2m_sde_gpu: "dpmpp_2m_sde",
  dpmpp_sde_gpu: "dpmpp_sde",
});

/** "normal" (ComfyUI) and "uniform" (AUTOMATIC1111) are the steps a scheduler has by itself. */
const PLAIN_SPACINGS = new Set(["automatic", "default", "normal", "uniform"]);

/** A sampler and, where its name says it ("DPM++ 2M Karras", "euler_k"), the spacing of its sigmas. */
export function samplerNamed(name: string): { scheduler: Scheduler; sigmas?: Spacing } | undefined {
  const scheduler = schedulerNamed(name);
  if (scheduler !== undefined) return { scheduler };
  const [, stem, ending] = /^(.{1,60})[ _](karras|exponential|beta|k)$/i.exec(name.trim()) ?? [];
  if (stem === undefined || ending === undefined) return undefined;
  const inner = schedulerNamed(stem);
  const sigmas = spacingNamed(ending.toLowerCase() === "k" ? "karras" : ending);
  return inner === undefined || sigmas === undefined ? undefined : { scheduler: inner, sigmas };
}

export function spacingNamed(name: string): Spacing | undefined {
  return PLAIN_SPACINGS.has(name.trim().toLowerCase()) ? "default" : keyOf(SCHEDULE_TYPE_NAMES, name.trim());
}

function schedulerNamed(name: string): Scheduler | undefined {
  const plain = name.trim().toLowerCase();
  const own = (Object.keys(SAMPLER_NAMES) as Scheduler[]).find((key) => key === plain);
  return own ?? keyOf(SAMPLER_NAMES, plain) ?? (Object.hasOwn(ALIASES, plain) ? ALIASES[plain] : undefined);
}
