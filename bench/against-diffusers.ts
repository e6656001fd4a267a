import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { manifestSchema } from "../src/contracts/model.ts";
import { bundleChild, runToEnd } from "./node-child.ts";

const LAB = resolve("models/lab");
const MODEL = resolve(".cache/bench/mid");
const SETTINGS = { steps: "4", guidance: "7.5", side: "512" };
/** The first picture warms up and is not counted. */
const PICTURES = 4;
const THREADS = "2";
const ALLOWED_TIME = 1;
const ALLOWED_MEMORY = { ofLargest: 1.25, more: 300e6 };

interface Measured {
  seconds: number[];
  peakBytes: number;
}

/**
 * One picture of a mid-sized random model (some 50 M parameters, 512 x 512): this core on onnxruntime-node against
 * diffusers' own ONNX pipeline in Python, on the same files, with the same threads and steps; and the peak memory with
 * components loaded, run and released in turn.
 * @returns whether both are within what is allowed; true where the lab's Python is not there to compare with
 */
export function benchAgainstDiffusers(): boolean {
  const python = process.env["EASEL_LAB_PYTHON"] ?? join(LAB, ".venv", "bin", "python");
  if (!existsSync(python)) {
    console.log("against diffusers: left out, since the lab's Python is not set up (models/lab/README.md)");
    return true;
  }
  if (!existsSync(join(MODEL, "manifest.json"))) run(python, ["-m", "lab.mid", "--out", MODEL], LAB);
  const program = bundleChild("mid-child");
  const { steps, guidance, side } = SETTINGS;
  const child = (pictures: number, ...more: string[]) =>
    run(process.execPath, [program, MODEL, steps, guidance, side, String(pictures), ...more]);

  // Turn about, so that a machine that slows down slows both.
  const peer = [
    "--model",
    MODEL,
    "--threads",
    THREADS,
    "--steps",
    steps,
    "--guidance",
    guidance,
    "--side",
    side,
  ];
  const theirs: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round < 2; round++) {
    const counted = ["--pictures", String(PICTURES)];
    theirs.push(...run(python, ["-m", "lab.bench_diffusers", ...peer, ...counted], LAB).seconds.slice(1));
    ours.push(...child(PICTURES).seconds.slice(1));
  }
  const ratio = median(ours) / median(theirs);
  const { peakBytes } = child(1, "in-turn");
  const largest = largestComponent();
  const allowed = ALLOWED_MEMORY.ofLargest * largest + ALLOWED_MEMORY.more;
  console.log(
    `against diffusers: ${steps} steps of ${side} x ${side}, guidance ${guidance}, ${THREADS} threads`,
  );
  console.log(
    `  time of a picture, ours / theirs      ${ratio.toFixed(2)}   (${median(ours).toFixed(2)} s / ${median(theirs).toFixed(2)} s, medians of ${ours.length}; at most ${ALLOWED_TIME})`,
  );
  console.log(
    `  peak memory, components in turn       ${megabytes(peakBytes)}   (largest component ${megabytes(largest)}; at most ${megabytes(allowed)})`,
  );
  return ratio <= ALLOWED_TIME && peakBytes <= allowed;
}

function run(program: string, args: string[], cwd?: string): Measured {
  const last = runToEnd(program, args, cwd);
  return last.startsWith("{") ? (JSON.parse(last) as Measured) : { seconds: [], peakBytes: 0 };
}

/** Bytes of the largest component's graph and weights. */
function largestComponent(): number {
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(MODEL, "manifest.json"), "utf8")));
  const sizes = new Map<string, number>();
  for (const { path, size } of manifest.files) {
    const component = path.split("/")[0] ?? "";
    sizes.set(component, (sizes.get(component) ?? 0) + size);
  }
  return Math.max(...sizes.values());
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
