import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { INFERENCE_ENVIRONMENT } from "../server/gpu-worker/inference/memory.ts";
import { manifestSchema } from "../src/contracts/model.ts";
import { DrawingProcess } from "./drawing-process.ts";
import { median } from "./median.ts";
import { bundleChild, runToEnd } from "./node-child.ts";

const LAB = resolve("models/lab");
const MODEL = resolve(".cache/bench/mid");
const SETTINGS = { steps: "4", guidance: "7.5", side: "512" };
const THREADS = "2";
const WARM_UP = 1;
const COUNTED = 15;
const ALLOWED_TIME = 1;
const ALLOWED_MEMORY = { ofLargest: 1.25, more: 300e6 };

/**
 * One picture of a mid-sized random model (some 50 M parameters, 512 x 512): this core on onnxruntime-node, started as
 * the server starts it, against diffusers' own ONNX pipeline in Python, on the same files, with the same threads and
 * steps, and the same version of the runtime; and the peak memory with components loaded, run and released in turn.
 * @returns whether both are within what is allowed; true where the lab's Python is not there to compare with
 */
export async function benchAgainstDiffusers(): Promise<boolean> {
  const python = process.env["EASEL_LAB_PYTHON"] ?? join(LAB, ".venv", "bin", "python");
  if (!existsSync(python)) {
    console.log("against diffusers: left out, since the lab's Python is not set up (models/lab/README.md)");
    return true;
  }
  if (!existsSync(join(MODEL, "manifest.json"))) runToEnd(python, ["-m", "lab.mid", "--out", MODEL], LAB);
  const { steps, guidance, side } = SETTINGS;
  const program = bundleChild("mid-child");
  const env = { ...INFERENCE_ENVIRONMENT, ...process.env };
  const startOurs = (...more: string[]) =>
    new DrawingProcess(process.execPath, [program, MODEL, steps, guidance, side, ...more], { env });
  const theirs = new DrawingProcess(
    python,
    [
      ...["-m", "lab.bench_diffusers", "--model", MODEL, "--threads", THREADS],
      ...["--steps", steps, "--guidance", guidance, "--side", side],
    ],
    { cwd: LAB },
  );
  const pairs = await drawTurnAbout(startOurs(), theirs);

  const inTurn = startOurs("in-turn");
  await inTurn.draw(0);
  const peakBytes = await inTurn.end();
  const largest = largestComponent();
  const allowed = ALLOWED_MEMORY.ofLargest * largest + ALLOWED_MEMORY.more;

  const ratio = median(pairs.map((pair) => pair.ours / pair.theirs));
  const seconds = (who: keyof Pair) => `${median(pairs.map((pair) => pair[who])).toFixed(2)} s`;
  console.log(
    `against diffusers: ${steps} steps of ${side} x ${side}, guidance ${guidance}, ${THREADS} threads`,
  );
  console.log(
    `  time of a picture, ours / theirs      ${ratio.toFixed(2)}   (median of ${pairs.length} pairs; ${seconds("ours")} / ${seconds("theirs")}; at most ${ALLOWED_TIME})`,
  );
  console.log(
    `  peak memory, components in turn       ${megabytes(peakBytes)}   (largest component ${megabytes(largest)}; at most ${megabytes(allowed)})`,
  );
  return ratio <= ALLOWED_TIME && peakBytes <= allowed;
}

/** Seconds of a picture of the same seed, drawn one right after the other. */
interface Pair {
  ours: number;
  theirs: number;
}

/** Picture by picture turn about, and turn about who is first: a machine that slows down slows both. */
async function drawTurnAbout(ours: DrawingProcess, theirs: DrawingProcess): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let seed = 0; seed < WARM_UP + COUNTED; seed++) {
    const seconds: Pair = { ours: 0, theirs: 0 };
    if (seed % 2 === 1) seconds.theirs = await theirs.draw(seed);
    seconds.ours = await ours.draw(seed);
    if (seed % 2 === 0) seconds.theirs = await theirs.draw(seed);
    pairs.push(seconds);
  }
  await Promise.all([ours.end(), theirs.end()]);
  return pairs.slice(WARM_UP);
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

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
