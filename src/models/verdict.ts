import type { ModelNeeds } from "../contracts/catalogue.ts";
import type { DeviceProfile } from "../contracts/device.ts";
import { SLOW_SECONDS } from "../generation/choose-place.ts";
import { drawsFamily } from "./layout.ts";

/** What the probe's figures are taken to mean, in one place. */
export const ASSUMPTIONS = Object.freeze({
  /** Of its memory, so much may a page use for one component's weights. */
  memoryShare: 0.5,
  /** For a phone that does not tell its memory: browsers there end pages long before the memory is full. A guess. */
  silentPhoneBytes: 1_000_000_000,
  /** WebAssembly addresses 4 GiB, and computes in 32-bit floats what is stored in 16. */
  wasmBytes: 2 ** 32,
  /** Of the matrix product's rate a whole model reaches about so much on a GPU. A guess: no GPU was at hand. */
  gpuShare: 0.3,
  /**
   * Multiply-adds of the runtime's WASM for each one of plain JavaScript, a thread. Measured once, on two cores: 12.8
   * thousand million in 5.8 s (easel-mini, by npm run bench) where JavaScript did 1,716 million a second.
   */
  wasmGain: 0.6,
  /** What takes longer is not offered on this device. */
  mostSeconds: 15 * 60,
});

/** `well`, `slowly`: on this device. `server`: only there. `no`: nowhere. */
export interface Verdict {
  kind: "well" | "slowly" | "server" | "no";
  /** What a picture at the model's defaults takes here; null where it can't be told. */
  seconds: number | null;
  /** A sentence. */
  why: string;
}

export interface VerdictQuestion {
  family: string;
  needs: ModelNeeds;
  defaults: { numSteps: number; guidanceScale: number };
  /** Whether its files are here already. */
  installed: boolean;
  /** Whether the server can draw it. */
  onServer: boolean;
  /** What pictures drawn here with this model on WASM took, where there were any. */
  measuredWasmSeconds: number | null;
}

/** Whether this device can draw with a model, and how well: before a byte of it is fetched. */
export function judge(question: VerdictQuestion, device: DeviceProfile): Verdict {
  const obstacle = findObstacle(question, device);
  if (obstacle !== null) return elsewhere(question, obstacle);
  const gpu = device.backends.find(({ provider, available }) => provider === "webgpu" && available);
  const gpuObstacle = gpu === undefined ? noGpu(device) : obstacleOnGpu(question, device, gpu.fp16);
  if (gpuObstacle === null) {
    const rate = device.benchmark.gpu;
    const seconds = rate === null ? null : secondsOf(question, rate * 1e6 * ASSUMPTIONS.gpuShare);
    return onDevice(question, seconds, "on its GPU", "well");
  }
  const wasm = device.backends.find(({ provider, available }) => provider === "wasm" && available);
  if (wasm === undefined)
    return elsewhere(question, `${gpuObstacle} It has no WebAssembly to draw with either.`);
  const wasmObstacle = obstacleOnWasm(question);
  if (wasmObstacle !== null) return elsewhere(question, `${gpuObstacle} ${wasmObstacle}`);
  const rate = device.benchmark.processor * 1e6 * wasm.threads * ASSUMPTIONS.wasmGain;
  const seconds = question.measuredWasmSeconds ?? secondsOf(question, rate);
  const verdict = onDevice(question, seconds, "on its processor", "slowly");
  return { ...verdict, why: `${gpuObstacle} ${verdict.why}` };
}

/** What stands in the way of every backend alike. */
function findObstacle({ family, needs, installed }: VerdictQuestion, device: DeviceProfile): string | null {
  if (!drawsFamily(family)) return `This version of Easel does not draw with ${family} models yet.`;
  if (!device.secureContext)
    return "This address is not secure (https), and the browser keeps its GPU and its storage from it.";
  if (device.storage === null) return "This browser gives the page no storage for a model.";
  const room = device.storage.quotaBytes - device.storage.usageBytes;
  if (!installed && needs.aboutBytes > room)
    return `It takes ${gigabytes(needs.aboutBytes)}, and this browser has room for ${gigabytes(room)}.`;
  const memory = usableMemory(device);
  if (memory !== null && needs.aboutLargestComponentBytes > memory) {
    return `Its largest part is ${gigabytes(needs.aboutLargestComponentBytes)}, too much for this device's memory.`;
  }
  return null;
}

/** null: the browser does not tell, and a desk computer will mostly have enough. */
export function usableMemory({
  memoryBytes,
  mobile,
}: Pick<DeviceProfile, "memoryBytes" | "mobile">): number | null {
  if (memoryBytes !== null) return memoryBytes * ASSUMPTIONS.memoryShare;
  return mobile ? ASSUMPTIONS.silentPhoneBytes : null;
}

function noGpu({ adapter }: DeviceProfile): string {
  if (adapter === null) return "This browser has no WebGPU.";
  return "The only GPU here is a software one.";
}

function obstacleOnGpu({ needs }: VerdictQuestion, { adapter }: DeviceProfile, fp16: boolean): string | null {
  if (needs.fp16 && !fp16) return "It computes in 16-bit floats, which this GPU does not.";
  const { maxBufferSize = 0, maxStorageBufferBindingSize = 0 } = adapter?.limits ?? {};
  const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  if (needs.largestTensorBytes <= most) return null;
  const [needed, has] = [needs.largestTensorBytes, most].map((bytes) => Math.round(bytes / 1e6));
  return `It needs ${needed} MB in one piece, and this GPU takes ${has} MB.`;
}

function obstacleOnWasm({ needs }: VerdictQuestion): string | null {
  const bytes = needs.aboutLargestComponentBytes * (needs.fp16 ? 2 : 1);
  if (bytes <= ASSUMPTIONS.wasmBytes) return null;
  return `On the processor its largest part becomes ${gigabytes(bytes)}, and WebAssembly holds ${gigabytes(ASSUMPTIONS.wasmBytes)}.`;
}

/** @param rate multiply-adds a second */
function secondsOf({ needs, defaults }: VerdictQuestion, rate: number): number | null {
  const { denoiserMultiplyAdds: denoiser, decoderMultiplyAdds: decoder } = needs;
  if (denoiser === null || decoder === null) return null;
  const passes = defaults.numSteps * (defaults.guidanceScale > 1 ? 2 : 1);
  return (passes * denoiser + decoder) / rate;
}

function onDevice(
  question: VerdictQuestion,
  seconds: number | null,
  where: string,
  unknown: "well" | "slowly",
): Verdict {
  if (seconds === null) return { kind: unknown, seconds, why: `It fits this device and draws ${where}.` };
  const time = duration(seconds);
  if (seconds > ASSUMPTIONS.mostSeconds)
    return elsewhere(question, `A picture would take this device about ${time}.`);
  const kind = seconds <= SLOW_SECONDS ? "well" : "slowly";
  return { kind, seconds, why: `A picture takes about ${time} ${where}.` };
}

function elsewhere({ onServer }: VerdictQuestion, why: string): Verdict {
  return onServer ? { kind: "server", seconds: null, why } : { kind: "no", seconds: null, why };
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
