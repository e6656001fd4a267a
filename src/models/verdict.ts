import type { ModelNeeds } from "../contracts/catalogue.ts";
import type { DeviceProfile } from "../contracts/device.ts";
import { SLOW_SECONDS } from "../generation/choose-place.ts";
import { aboutTimeWords, unitWords } from "../language/quantities.ts";
import { m } from "../paraglide/messages.js";
import { drawsFamily } from "./families.ts";

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
    return onDevice(question, seconds, "gpu", "well");
  }
  const wasm = device.backends.find(({ provider, available }) => provider === "wasm" && available);
  if (wasm === undefined) return elsewhere(question, `${gpuObstacle} ${m.verdict_no_wasm()}`);
  const wasmObstacle = obstacleOnWasm(question);
  if (wasmObstacle !== null) return elsewhere(question, `${gpuObstacle} ${wasmObstacle}`);
  const rate = device.benchmark.processor * 1e6 * wasm.threads * ASSUMPTIONS.wasmGain;
  const seconds = question.measuredWasmSeconds ?? secondsOf(question, rate);
  const verdict = onDevice(question, seconds, "processor", "slowly");
  return { ...verdict, why: `${gpuObstacle} ${verdict.why}` };
}

/** What stands in the way of every backend alike. */
function findObstacle({ family, needs, installed }: VerdictQuestion, device: DeviceProfile): string | null {
  if (!drawsFamily(family)) return m.verdict_family({ family });
  if (!device.secureContext) return m.verdict_insecure();
  if (device.storage === null) return m.verdict_no_storage();
  const room = device.storage.quotaBytes - device.storage.usageBytes;
  if (!installed && needs.aboutBytes > room)
    return m.verdict_no_room({ needed: gigabytes(needs.aboutBytes), room: gigabytes(room) });
  const memory = usableMemory(device);
  if (memory !== null && needs.aboutLargestComponentBytes > memory) {
    return m.verdict_memory({ size: gigabytes(needs.aboutLargestComponentBytes) });
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
  if (adapter === null) return m.verdict_no_webgpu();
  return m.verdict_software_gpu();
}

function obstacleOnGpu({ needs }: VerdictQuestion, { adapter }: DeviceProfile, fp16: boolean): string | null {
  if (needs.fp16 && !fp16) return m.verdict_fp16();
  const { maxBufferSize = 0, maxStorageBufferBindingSize = 0 } = adapter?.limits ?? {};
  const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  if (needs.largestTensorBytes <= most) return null;
  const megabytes = (bytes: number) => unitWords(bytes / 1e6, "megabyte", 0);
  return m.verdict_tensor({ needed: megabytes(needs.largestTensorBytes), most: megabytes(most) });
}

function obstacleOnWasm({ needs }: VerdictQuestion): string | null {
  const bytes = needs.aboutLargestComponentBytes * (needs.fp16 ? 2 : 1);
  if (bytes <= ASSUMPTIONS.wasmBytes) return null;
  return m.verdict_wasm_memory({ size: gigabytes(bytes), most: gigabytes(ASSUMPTIONS.wasmBytes) });
}

/** @param rate multiply-adds a second */
function secondsOf({ needs, defaults }: VerdictQuestion, rate: number): number | null {
  const { denoiserMultiplyAdds: denoiser, decoderMultiplyAdds: decoder } = needs;
  if (denoiser === null || decoder === null) return null;
  const passes = defaults.numSteps * (defaults.guidanceScale > 1 ? 2 : 1);
  return (passes * denoiser + decoder) / rate;
}

const FITS = { gpu: m.verdict_fits_gpu, processor: m.verdict_fits_processor } as const;
const TAKES = { gpu: m.verdict_time_gpu, processor: m.verdict_time_processor } as const;

function onDevice(
  question: VerdictQuestion,
  seconds: number | null,
  where: "gpu" | "processor",
  unknown: "well" | "slowly",
): Verdict {
  if (seconds === null) return { kind: unknown, seconds, why: FITS[where]() };
  const time = aboutTimeWords(seconds);
  if (seconds > ASSUMPTIONS.mostSeconds) return elsewhere(question, m.verdict_too_long({ time }));
  const kind = seconds <= SLOW_SECONDS ? "well" : "slowly";
  return { kind, seconds, why: TAKES[where]({ time }) };
}

function elsewhere({ onServer }: VerdictQuestion, why: string): Verdict {
  return onServer ? { kind: "server", seconds: null, why } : { kind: "no", seconds: null, why };
}

function gigabytes(bytes: number): string {
  return unitWords(bytes / 1e9, "gigabyte", 1);
}
