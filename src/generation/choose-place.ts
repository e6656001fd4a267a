import type { BackendReport } from "../contracts/diffusion-worker.ts";
import { EaselError } from "../contracts/errors.ts";
import { timeWords } from "../language/quantities.ts";
import { lackWords } from "../language/lack-words.ts";
import { m } from "../paraglide/messages.js";
import type { Place } from "./drawer.ts";

/** What the user asked for. */
export const WHERE = ["auto", "device", "server"] as const;
export type Where = (typeof WHERE)[number];

/** A picture that takes this device longer goes to the server, where there is one. */
export const SLOW_SECONDS = 45;

export interface Situation {
  where: Where;
  /** What the browser has, best first; empty where the worker could not be started. */
  backends: readonly BackendReport[];
  /** A software adapter counts only where it was asked for: WASM is faster. */
  allowSoftware: boolean;
  secureContext: boolean;
  /** Whether this browser gives pages a private file system: models are kept nowhere else. */
  keepsModels: boolean;
  /** Whether this browser has, or can fetch, the model. */
  modelOnDevice: boolean;
  /** Whether the server says that it can draw the model; null while it has not answered. */
  modelOnServer: boolean | null;
  /** What WASM would take for this request, in seconds, from measurement; null: not measured yet. */
  wasmSeconds: number | null;
  /** The word of a tiny benchmark, for a device that was never measured. */
  seemsFastEnough: boolean;
}

/** One place to try, and why there: a sentence that is shown beside the picture, in the language of that moment. */
export interface Choice {
  place: Place;
  why: string;
}

/**
 * The places to try, in order: the first is where the picture is drawn, the others are where it goes if that fails.
 * @throws EaselError `no_backend` where there is none.
 */
export function choosePlaces(situation: Situation): [Choice, ...Choice[]] {
  const choices = situation.where === "server" ? [serverAsked()] : onDevice(situation);
  if (situation.where === "auto") placeServer(choices, situation);
  const [first, ...rest] = choices;
  if (first === undefined) throw nowhere(situation);
  return [first, ...rest];
}

function serverAsked(): Choice {
  return { place: "server", why: m.why_server_asked() };
}

/** Hardware WebGPU, then WASM with threads, then WASM without. */
function onDevice(situation: Situation): Choice[] {
  if (!situation.modelOnDevice || !situation.keepsModels) return [];
  const choices: Choice[] = [];
  const webgpu = situation.backends.find((backend) => backend.provider === "webgpu");
  const wasm = situation.backends.find((backend) => backend.provider === "wasm");
  if (webgpu?.available && !webgpu.software) {
    choices.push({ place: "webgpu", why: webgpu.fp16 ? m.why_gpu_fp16() : m.why_gpu() });
  } else if (webgpu?.software && situation.allowSoftware) {
    choices.push({ place: "webgpu", why: m.why_software_gpu() });
  }
  if (wasm?.available) choices.push({ place: "wasm", why: whyWasm(webgpu, wasm) });
  return choices;
}

function whyWasm(webgpu: BackendReport | undefined, wasm: BackendReport): string {
  const threads = m.why_threads({ count: Math.max(1, wasm.threads) });
  if (webgpu?.available && !webgpu.software) return m.why_if_gpu_fails({ threads });
  if (webgpu?.software) return m.why_gpu_is_software({ threads });
  return m.why_no_gpu({ threads });
}

/** Auto only: before a slow WASM, after a quick one; not at all where the server lacks the model. */
function placeServer(choices: Choice[], situation: Situation): void {
  if (situation.modelOnServer === false) return;
  const wasmAt = choices.findIndex((choice) => choice.place === "wasm");
  if (wasmAt === 0) {
    const slow = whySlow(situation);
    // Unless the server has answered, a slow picture is better than none.
    if (slow !== null && situation.modelOnServer === true) {
      choices.unshift({ place: "server", why: slow });
      return;
    }
  }
  choices.push({ place: "server", why: whyServer(situation) });
}

function whySlow({ backends, wasmSeconds, seemsFastEnough }: Situation): string | null {
  if (wasmSeconds !== null) {
    return wasmSeconds > SLOW_SECONDS ? m.why_slow_seconds({ time: timeWords(wasmSeconds) }) : null;
  }
  if (!seemsFastEnough) return m.why_seems_slow();
  const wasm = backends.find((backend) => backend.provider === "wasm");
  return wasm !== undefined && wasm.threads < 2 ? m.why_no_threads() : null;
}

function whyServer({ modelOnDevice, secureContext, keepsModels, backends }: Situation): string {
  if (!modelOnDevice) return m.why_model_on_server();
  if (!secureContext) return m.why_insecure();
  if (!keepsModels) return m.verdict_no_storage();
  return [m.why_no_backend(), ...backends.flatMap(({ lacks }) => lackWords(lacks) ?? [])].join(" ");
}

function nowhere({ where, modelOnDevice, modelOnServer, secureContext, keepsModels }: Situation): EaselError {
  const serverMay = modelOnServer !== false;
  if (!modelOnDevice) {
    return new EaselError("no_backend", "This model can't be drawn here.", {
      hint:
        where === "device" && serverMay
          ? "Choose Auto or Server, or another model."
          : "Choose another model.",
    });
  }
  if (!secureContext) {
    return new EaselError(
      "no_backend",
      "This address is not secure (https), so this device can't draw here.",
      {
        hint: serverMay
          ? "Open this page over https, or choose Auto or Server."
          : "Open this page over https.",
      },
    );
  }
  if (!keepsModels) {
    return new EaselError("no_backend", "This browser gives the page no storage for a model.", {
      hint: `${serverMay ? "Choose Auto or Server, or open" : "Open"} this page in a window that is not private.`,
    });
  }
  return new EaselError("no_backend", "This browser has neither WebGPU nor WebAssembly for drawing.", {
    hint: `${serverMay ? "Choose Auto or Server, or use" : "Use"} a recent Chrome, Edge, Firefox or Safari.`,
  });
}
