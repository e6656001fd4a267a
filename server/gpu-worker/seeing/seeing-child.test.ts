import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hostileFiles } from "../../tests/hostile-files.ts";
import { installTinySeeing } from "../../tests/tiny-seeing.ts";
import { packageRoot } from "../../package-root.ts";
import { pass } from "../../tests/until.ts";
import { SeeingChild } from "./client.ts";
import { Seer } from "./seer.ts";

const TASKS = ["image-classification"] as const;

let folder: string;
let child: SeeingChild;
let digest: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "easel-test-"));
  installTinySeeing(folder, "resnet");
  // As long as a slow machine needs.
  child = new SeeingChild({
    tasks: TASKS,
    modelsDirs: [join(folder, "models")],
    batchMilliseconds: 110_000,
    stuckMilliseconds: 110_000,
  });
  digest = (await child.models())[0]!.digest;
});
afterAll(async () => {
  await child.close();
  rmSync(folder, { recursive: true, force: true });
});

const job = (bytes: Uint8Array) => ({
  id: randomUUID(),
  task: "image-classification" as const,
  digest,
  bytes,
});
/** Each job's error code, or "seen", or "left out". */
async function outcomesOf(files: readonly Uint8Array[], by: Pick<Seer, "see"> = child): Promise<string[]> {
  const jobs = files.map(job);
  const outcomes = await by.see(jobs);
  return jobs.map(({ id }) => {
    const outcome = outcomes.find((one) => one.id === id);
    if (outcome === undefined) return "left out";
    return "error" in outcome ? outcome.error.code : "seen";
  });
}
const plain = (side: number) =>
  sharp({ create: { width: side, height: side, channels: 3, background: "#c04020" } })
    .png()
    .toBuffer();

test("hostile files are refused one by one beside a good one, and never end the process", async () => {
  const { pid } = child;
  const files = (await hostileFiles()).map(({ bytes }) => bytes);
  const good = await plain(64);
  for (let at = 0; at < files.length; at += 7) {
    const outcomes = await outcomesOf([...files.slice(at, at + 7), good]);
    expect(outcomes.pop()).toBe("seen");
    expect(outcomes.filter((code) => code !== "seen" && code !== "unsupported_media")).toEqual([]);
  }
  expect(child.pid).toBe(pid);
});

test("a batch holds one picture's pixels at a time", async () => {
  const large = await plain(2000);
  const peak = () =>
    Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid ?? 0}/status`, "utf8"))?.[1]) / 1024;
  expect(await outcomesOf([large])).toEqual(["seen"]);
  const before = peak();
  expect(await outcomesOf(Array<Buffer>(5).fill(large))).toEqual(Array(5).fill("seen"));
  // 16 MB each: five at once would be 80.
  expect(peak() - before).toBeLessThan(60);
}, 120_000);

test("a label file of another model is told with each picture, not guessed with", async () => {
  const other = mkdtempSync(join(tmpdir(), "easel-test-"));
  installTinySeeing(other, "resnet", (into) => {
    const config = join(into, "config.json");
    writeFileSync(config, readFileSync(config, "utf8").replace('"0": "apple",', '"0": "apple", "7": "hat",'));
  });
  const seer = new Seer({ tasks: TASKS, modelsDirs: [join(other, "models")], batchMilliseconds: 50_000 });
  const [loaded] = await seer.models();
  const [outcome] = await seer.see([{ ...job(await plain(64)), digest: loaded!.digest }]);
  expect(outcome).toMatchObject({
    error: {
      code: "model_corrupt",
      message: "The model's logits has 7 labels, but its config.json names 8.",
    },
  });
  rmSync(other, { recursive: true, force: true });
});

test("a child that was killed is started anew, and sees again once its models are loaded", async () => {
  const seeing = outcomesOf([await plain(3000)]);
  process.kill(child.pid!, "SIGKILL");
  await expect(seeing).rejects.toMatchObject({ code: "worker_lost" });
  expect(await child.models()).toHaveLength(1);
  expect(await outcomesOf([await plain(64)])).toEqual(["seen"]);
});

test("who claims is told the models while the process that sees can't answer", async () => {
  const order: string[] = [];
  const pid = child.pid!;
  await child.models();
  process.kill(pid, "SIGSTOP");
  const goesOn = pass(500).then(() => {
    order.push("it goes on");
    process.kill(pid, "SIGCONT");
  });
  await child.models().then(() => order.push("models"));
  await goesOn;
  expect(order).toEqual(["models", "it goes on"]);
});

test("a second process leaves models that were added to the first", async () => {
  const tasks = [...TASKS, "text-classification"] as const;
  const modelsDirs = [join(folder, "models"), packageRoot("models")];
  const loaded = (onlyOwn: boolean) =>
    new Seer({ tasks, modelsDirs, onlyOwn, batchMilliseconds: 0 }).models();
  const all = await loaded(false);
  expect(all.map(({ task }) => task).sort()).toEqual([...tasks]);
  expect(await loaded(true)).toEqual(all.filter(({ task }) => task === "text-classification"));
});

test("what of a batch would take too long is left out, but for the first; altered files are no model", async () => {
  const hasty = new Seer({ tasks: TASKS, modelsDirs: [join(folder, "models")], batchMilliseconds: 0 });
  await hasty.models();
  const good = await plain(64);
  expect(await outcomesOf([good, good, good], hasty)).toEqual(["seen", "left out", "left out"]);

  const config = join(folder, "models", "tiny-resnet", "config.json");
  writeFileSync(config, readFileSync(config, "utf8").replace("apple", "melon"));
  const other = new Seer({ tasks: TASKS, modelsDirs: [join(folder, "models")], batchMilliseconds: 0 });
  expect(await other.models()).toEqual([]);
});
