import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { FaultHub } from "../../e2e/hub/fault-hub.ts";
import type { SeeingTask } from "../../src/contracts/prediction.ts";
import { FETCH_TERMS } from "../../src/models/fetch-file.ts";
import { openDiskModel } from "../gpu-worker/inference/disk-models.ts";
import { ModelShelf } from "../models/model-shelf.ts";
import { SeeingShelf } from "../models/seeing-shelf.ts";
import { packageRoot } from "../package-root.ts";
import { modelCommand, type ModelOptions } from "./model-command.ts";

const TERMS = { ...FETCH_TERMS, tries: 2, firstWait: 1, longestWait: 1 };
let hub: FaultHub;
let dataFolder: string;

beforeAll(
  async () =>
    void (hub = await FaultHub.start(
      new Map([
        ["easel/tiny-sd", "models/tiny/sd"],
        ["easel/tiny-vit", "models/tiny/seeing/vit"],
        ["easel/tiny-detr", "models/tiny/seeing/detr"],
        ["easel/tiny-clip", "models/tiny/seeing/clip"],
      ]),
    )),
);
beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), "easel-models-"));
  vi.stubEnv("DATA_DIR", dataFolder);
  vi.stubEnv("HF_ENDPOINT", hub.url);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dataFolder, { recursive: true, force: true });
});
afterAll(() => hub.stop());

function run(line: string, options: ModelOptions = {}): Promise<string[]> {
  const terms = { signal: new AbortController().signal, say: () => {}, fetch: TERMS };
  return modelCommand(line.split(" "), options, terms);
}

const installed = (...path: string[]) => join(dataFolder, "models", "easel--tiny-sd", ...path);

/** How many bytes there are of each file on its way. */
function partSizes(): number[] {
  const folder = join(dataFolder, "models", ".incoming", "easel--tiny-sd");
  return readdirSync(folder).map((name) => statSync(join(folder, name)).size);
}

/** Where the hub has a file of the model. */
const onHub = (path: string) => hub.pathOf("easel/tiny-sd", path);

test("a model of a hub comes whole and verified, is listed, and goes again", async () => {
  vi.stubEnv("HF_TOKEN", "hf_of_the_tests");
  expect((await run("add easel/tiny-sd")).join()).toContain("easel/tiny-sd is here, every file verified");
  const model = await openDiskModel(installed());
  expect(model.manifest).toMatchObject({ id: "easel/tiny-sd", family: "sd", defaults: { width: 64 } });
  // The same bytes as in the repository, each under the hash that the manifest has for it.
  for (const { path } of model.manifest.files)
    expect(Buffer.from(await model.read(path))).toEqual(readFileSync(packageRoot("models/tiny/sd", path)));
  expect(new Set(hub.log.map(({ authorization }) => authorization))).toContain("Bearer hf_of_the_tests");
  expect((await run("list")).join("\n")).toMatch(/^easel\/tiny-sd\t[\d.]+ MB\t.*revision [0-9a-f]{40}$/m);
  await run("remove easel/tiny-sd");
  expect(existsSync(installed())).toBe(false);
  expect((await run("list")).join()).not.toContain("easel/tiny-sd");
  await expect(run("remove easel/tiny-sd")).rejects.toThrow("holds no model easel/tiny-sd");
  await expect(run("remove easel-mini")).rejects.toMatchObject({
    hint: expect.stringContaining("stays") as string,
  });
});

test("a broken download is gone on with by the next command", async () => {
  const weights = onHub("unet/model.onnx");
  hub.fail(weights, { kind: "hold", after: 20_000 }, { kind: "status", status: 503 });
  const broken = expect(run("add easel/tiny-sd")).rejects.toMatchObject({ code: "download_failed" });
  await vi.waitFor(() => expect(partSizes()).toContain(20_000), 20_000);
  hub.cut();
  await broken;
  expect(existsSync(installed())).toBe(false);
  const before = hub.log.length;
  await run("add easel/tiny-sd");
  const again = hub.log.slice(before).filter(({ path }) => path === weights);
  expect(again.map(({ start }) => start)).toEqual([20_000]);
  await (await openDiskModel(installed())).read("unet/model.onnx");
});

test("R26: altered weights and a page in their place are refused, and the next try has them anew", async () => {
  const weights = onHub("unet/model.onnx");
  for (const fault of [{ kind: "alter" }, { kind: "page", typed: true }] as const) {
    hub.fail(weights, fault);
    await expect(run("add easel/tiny-sd")).rejects.toMatchObject({ code: "model_corrupt" });
    expect(existsSync(installed())).toBe(false);
  }
  await run("add easel/tiny-sd");
  await (await openDiskModel(installed())).read("unet/model.onnx");
});

test("a newer revision takes over what is the same, and replaces the older as a whole", async () => {
  await run("add easel/tiny-sd");
  const before = hub.log.length;
  await run("add easel/tiny-sd");
  // Large files have a published hash: not one of them is fetched again.
  const large = (await openDiskModel(installed())).manifest.files.filter(({ size }) => size > 10_000);
  expect(large.length).toBeGreaterThan(2);
  for (const { path } of large) {
    const place = onHub(path);
    expect(hub.log.slice(before).some((one) => one.path === place)).toBe(false);
  }
});

test("folders are taken by their manifest, or by the layout; a wrong file is named", async () => {
  const source = join(dataFolder, "given");
  cpSync(packageRoot("models/tiny/sd"), source, { recursive: true });
  await run(`add ${source}`);
  expect((await openDiskModel(join(dataFolder, "models", "tiny-sd"))).manifest.id).toBe("tiny-sd");

  const altered = readFileSync(join(source, "unet/model.onnx"));
  altered[100] = (altered[100] ?? 0) ^ 1;
  writeFileSync(join(source, "unet/model.onnx"), altered);
  await run("remove tiny-sd");
  await expect(run(`add ${source}`)).rejects.toMatchObject({ code: "model_corrupt" });

  rmSync(join(source, "manifest.json"));
  await run(`add ${source}`);
  expect((await openDiskModel(join(dataFolder, "models", "disk--given"))).manifest.id).toBe("disk/given");
  rmSync(join(source, "vae_decoder"), { recursive: true });
  await expect(run(`add ${source}`)).rejects.toThrow("vae_decoder/model.onnx is missing");
  await expect(run("add ./nowhere-at-all")).rejects.toThrow("There is nothing at");
});

test("a classifier comes from a hub or a folder, is no model that draws, and the first by its id is used", async () => {
  const folders = () => [join(dataFolder, "models")];
  const used = () => new SeeingShelf(folders()).find("image-classification");
  expect((await run("add easel/tiny-vit")).join(" ")).toContain("recognised with it from now on");
  expect(used()).toMatchObject({ id: "easel/tiny-vit", task: "image-classification" });
  expect(
    used()
      ?.files.map(({ path }) => path)
      .sort(),
  ).toEqual(["config.json", "onnx/model.onnx", "preprocessor_config.json"]);
  expect(new ModelShelf(folders()).all()).toEqual([]);
  expect((await run(`add ${packageRoot("models/tiny/seeing/resnet")}`)).join(" ")).toContain("from now on");
  expect(used()?.id).toBe("disk/resnet");
  expect((await run("add easel/tiny-vit")).join(" ")).toContain("not used while disk/resnet is here");
  expect((await run("list")).join("\n")).toMatch(/^easel\/tiny-vit\t[\d.]+ MB\t/m);
  await run("remove disk/resnet");
  expect(used()?.id).toBe("easel/tiny-vit");
});

test("a detector is added as a classifier is, beside one", async () => {
  const used = (task: SeeingTask) => new SeeingShelf([join(dataFolder, "models")]).find(task)?.id;
  await run("add easel/tiny-vit");
  expect((await run("add easel/tiny-detr")).join(" ")).toContain("looked through with it from now on");
  expect([used("image-classification"), used("object-detection")]).toEqual([
    "easel/tiny-vit",
    "easel/tiny-detr",
  ]);
});

test("a safety model is a classifier whose unsafe labels are known by their names, or are told", async () => {
  const folder = join(dataFolder, "models");
  const safety = () => new SeeingShelf([folder]).find("image-safety");
  const vit = "add easel/tiny-vit";
  await expect(run(vit, { safety: true })).rejects.toThrow("None of easel/tiny-vit's labels is unsafe");
  await expect(run(vit, { safety: true, unsafe: "bat" })).rejects.toThrow("has no label bat: apple, bell");
  await expect(run(vit, { unsafe: "cat" })).rejects.toThrow("belong to --safety");
  await expect(run(vit, { safety: true, threshold: "0" })).rejects.toThrow("a share above 0");
  await expect(run("add easel/tiny-detr", { safety: true })).rejects.toThrow("is no image classifier");
  await expect(run("add easel/tiny-sd", { safety: true })).rejects.toThrow("which easel/tiny-sd is not");
  expect(safety()).toBeUndefined();

  const told = await run(vit, { safety: true, unsafe: "cat, dog", threshold: "0.8" });
  expect(told.join(" ")).toContain("What is drawn is looked at before it is kept");
  expect(safety()).toMatchObject({
    id: "easel/tiny-vit",
    unsafe: { labels: ["cat", "dog"], threshold: 0.8 },
  });
  // It names no pictures for those who ask what is in one.
  expect(new SeeingShelf([folder]).find("image-classification")).toBeUndefined();
  expect((await run(vit)).join(" ")).toContain("recognised with it");
  expect(safety()).toBeUndefined();

  const source = join(dataFolder, "given");
  cpSync(packageRoot("models/tiny/seeing/vit"), source, { recursive: true });
  const config = join(source, "config.json");
  writeFileSync(config, readFileSync(config, "utf8").replace('"10": "kite"', '"10": "NSFW"'));
  await run(`add ${source}`, { safety: true });
  expect(safety()?.unsafe).toEqual({ labels: ["NSFW"], threshold: 0.5 });
});

test("what is neither classifier nor detector, or has a wrong label file, is refused before its weights are fetched", async () => {
  await expect(run("add easel/tiny-clip")).rejects.toThrow("but names CLIPModel");
  expect(hub.log.map(({ path }) => path)).not.toContain(hub.pathOf("easel/tiny-clip", "onnx/model.onnx"));
  const source = join(dataFolder, "given");
  cpSync(packageRoot("models/tiny/seeing/vit"), source, { recursive: true });
  const config = join(source, "config.json");
  const text = readFileSync(config, "utf8");
  writeFileSync(config, text.replace('"10": "kite"', '"99": "kite"'));
  await expect(run(`add ${source}`)).rejects.toThrow("id2label should name each index from 0 to 10");
  writeFileSync(config, "<html>");
  await expect(run(`add ${source}`)).rejects.toThrow("config.json can't be used: JSON was expected");
});

test("what can't be had says why", async () => {
  await expect(run("add nobody/nothing")).rejects.toThrow("has no repository nobody/nothing");
  await expect(run("add stable-diffusion")).rejects.toThrow("neither in Easel's catalogue nor of the form");
  await expect(run("add schmuell/sd-turbo-ort-web")).rejects.toMatchObject({
    code: "forbidden",
    hint: expect.stringContaining("--accept-licence") as string,
  });
  await expect(run("add")).rejects.toThrow("model needs one of");
});
