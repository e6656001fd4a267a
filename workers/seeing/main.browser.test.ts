import { wrap } from "comlink";
import type { Remote } from "comlink";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SeeingWorkerApi } from "../../src/contracts/seeing-worker.ts";
import { tagsOf } from "../../src/contracts/sight.ts";
import fourDrawings from "./tests/four-drawings.png?url";

let worker: Worker;
let api: Remote<SeeingWorkerApi>;
let drawings: Blob;

beforeAll(async () => {
  worker = new Worker(new URL("./main.ts", import.meta.url), { type: "module" });
  api = wrap<SeeingWorkerApi>(worker);
  drawings = await (await fetch(fourDrawings)).blob();
});
afterAll(() => worker.terminate());

test("prompts are sorted by what they are about, in both languages", async () => {
  const prompts = ["a red apple on a blue background", "一个足球", "a train", "blurry, low quality", ""];
  expect(await api.categorise(prompts)).toEqual({
    ok: true,
    value: ["food", "activities", "travel", "other", "other"],
  });
});

/** Four of easel-mini's pictures side by side: chilli, dinosaur; owl, peach. */
describe("of four drawings", () => {
  test("each is seen in its corner, in both languages, and held against what was asked for", async () => {
    const outcome = await api.see(drawings, "a peach, an owl and a zebra");
    if (!outcome.ok) throw new Error(outcome.failure.message);
    const { things, labels, asked } = outcome.value;
    const corners = things.map(({ label, box }) => [
      label,
      box.left + box.width / 2 < 64 ? "left" : "right",
      box.top + box.height / 2 < 64 ? "top" : "bottom",
    ]);
    expect(corners.sort()).toEqual([
      ["chilli", "left", "top"],
      ["dinosaur", "right", "top"],
      ["owl", "left", "bottom"],
      ["peach", "right", "bottom"],
    ]);
    expect(labels).toHaveLength(5);
    expect(tagsOf(outcome.value).map(({ labelZh }) => labelZh)).toContain("桃子");
    expect(asked.map(({ label }) => label)).toEqual(["peach", "owl", "zebra"]);
    expect(asked[0]!.score).toBeGreaterThan(0.5);
    expect(asked[2]!.score).toBeLessThan(0.1);
  });

  test("one is cut out, and the others are not", async () => {
    const outcome = await api.see(drawings, "");
    if (!outcome.ok) throw new Error(outcome.failure.message);
    const owl = outcome.value.things.findIndex(({ label }) => label === "owl");
    const cut = await api.cutOut(drawings, owl);
    if (!cut.ok) throw new Error(cut.failure.message);
    expect(cut.value).toHaveLength(128 * 128);
    const middleOf = (x: number, y: number) => cut.value[y * 128 + x]!;
    expect(middleOf(32, 96)).toBeGreaterThan(128);
    expect(middleOf(96, 32)).toBe(0);
  });

  test("a thing that is not there can't be cut out", async () => {
    const cut = await api.cutOut(drawings, 99);
    expect(cut).toMatchObject({ ok: false, failure: { code: "invalid_request" } });
  });
});

test("what is no picture is told", async () => {
  const outcome = await api.see(new Blob(["no picture"], { type: "image/png" }), "");
  expect(outcome).toMatchObject({ ok: false, failure: { code: "unsupported_media" } });
});
