import { wrap } from "comlink";
import type { Remote } from "comlink";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SeeingWorkerApi } from "../../src/contracts/seeing-worker.ts";

let worker: Worker;
let api: Remote<SeeingWorkerApi>;

beforeAll(() => {
  worker = new Worker(new URL("./main.ts", import.meta.url), { type: "module" });
  api = wrap<SeeingWorkerApi>(worker);
});
afterAll(() => worker.terminate());

test("prompts are sorted by what they are about, in both languages", async () => {
  const prompts = ["a red apple on a blue background", "一个足球", "a train", "blurry, low quality", ""];
  expect(await api.categorise(prompts)).toEqual({
    ok: true,
    value: ["food", "activities", "travel", "other", "other"],
  });
});
