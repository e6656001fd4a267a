import type { BackendReport } from "../contracts/diffusion-worker.ts";
import { EaselError } from "../contracts/errors.ts";
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
  /** Whether this browser has, or can fetch, the model. */
  modelOnDevice: boolean;
  /** Whether the server says that it can draw the model; null while it has not answered. */
  modelOnServer: boolean | null;
  /** What WASM would take for this request, in seconds, from measurement; null: not measured yet. */
  wasmSeconds: number | null;
  /** The word of a tiny benchmark, for a device that was never measured. */
  seemsFastEnough: boolean;
}

/** One place to try, and why there: a sentence that is shown beside the picture. */
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
  return { place: "server", why: "You chose the server." };
}

/** Hardware WebGPU, then WASM with threads, then WASM without. */
function onDevice(situation: Situation): Choice[] {
  if (!situation.modelOnDevice) return [];
  const choices: Choice[] = [];
  const webgpu = situation.backends.find((backend) => backend.provider === "webgpu");
  const wasm = situation.backends.find((backend) => backend.provider === "wasm");
  if (webgpu?.available && !webgpu.software) {
    choices.push({
      place: "webgpu",
      why: `This device has a GPU that the browser can use${precision(webgpu)}.`,
    });
  } else if (webgpu?.software && situation.allowSoftware) {
    choices.push({ place: "webgpu", why: "A software GPU, because you asked for one." });
  }
  if (wasm?.available) choices.push({ place: "wasm", why: whyWasm(webgpu, wasm) });
  return choices;
}

function precision(backend: BackendReport): string {
  return backend.fp16 ? ", with 16-bit floats" : "";
}

function whyWasm(webgpu: BackendReport | undefined, wasm: BackendReport): string {
  const threads =
    wasm.threads > 1 ? `${wasm.threads} threads of the processor` : "one thread of the processor";
  if (webgpu?.available && !webgpu.software) return `If the GPU fails: ${threads}.`;
  if (webgpu?.software) return `The only GPU here is a software one, which is slower than ${threads}.`;
  return `No GPU for the browser here, so ${threads}.`;
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
    return wasmSeconds > SLOW_SECONDS ? `This device would need about ${Math.round(wasmSeconds)} s.` : null;
  }
  if (!seemsFastEnough) return "This device seems too slow to draw by itself.";
  const wasm = backends.find((backend) => backend.provider === "wasm");
  return wasm !== undefined && wasm.threads < 2 ? "Without threads this device would be slow." : null;
}

function whyServer({ modelOnDevice, secureContext, backends }: Situation): string {
  if (!modelOnDevice) return "This model is on the server only.";
  if (!secureContext)
    return "This address is not secure (https), and the browser keeps its GPU and threads from it.";
  const reasons = backends.filter((backend) => !backend.available).map((backend) => backend.reason);
  return ["This browser can't draw by itself.", ...reasons].join(" ");
}

function nowhere({ where, modelOnDevice, secureContext }: Situation): EaselError {
  if (!modelOnDevice) {
    return new EaselError("no_backend", "This model can't be drawn here.", {
      hint: where === "device" ? "Choose Auto or Server, or another model." : "Choose another model.",
    });
  }
  if (!secureContext) {
    return new EaselError(
      "no_backend",
      "This address is not secure (https), so this device can't draw here.",
      {
        hint: "Open this page over https, or choose Auto or Server.",
      },
    );
  }
  return new EaselError("no_backend", "This browser has neither WebGPU nor WebAssembly for drawing.", {
    hint: "Choose Auto or Server, or use a recent Chrome, Edge, Firefox or Safari.",
  });
}
