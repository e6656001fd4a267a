import { expect, test } from "vitest";
import { fitSettings, type Settings } from "./fit-settings.ts";

const defaults = { numSteps: 12, guidanceScale: 3, scheduler: "ddim", width: 128, height: 128 } as const;
const mini = { id: "easel-mini", name: "Easel mini", sizes: [[128, 128]] as [number, number][], defaults };
const turbo = {
  id: "schmuell/sd-turbo-ort-web",
  name: "SD-Turbo",
  sizes: [[512, 512]] as [number, number][],
  sizeRule: { multipleOf: 64, min: 256, max: 1024, maxPixels: 1024 * 1024 },
  defaults: { ...defaults, width: 512, height: 512 },
};
const fit = (settings: Settings) => fitSettings(settings, [mini, turbo], mini);

test("what can be drawn here stays as it is", () => {
  const settings: Settings = {
    prompt: "a fox",
    model: "easel-mini",
    numSteps: 20,
    seed: 7,
    width: 128,
    height: 128,
    scheduler: "euler",
    sigmas: "karras",
    variationSeed: 1,
    variationStrength: 0.5,
  };
  expect(fit(settings)).toEqual({ settings, obstacles: [] });
});

test.each([["SD_Turbo"], ["sd-turbo-ort-web"], ["schmuell/sd-turbo-ort-web"]])(
  "the model %s is found by its name",
  (model) => {
    const { settings, obstacles } = fit({ model, width: 512, height: 768 });
    expect(settings).toEqual({ model: turbo.id, width: 512, height: 768 });
    expect(obstacles).toEqual([]);
  },
);

test("an unknown model gives way to the chosen one, and its size with it", () => {
  expect(fit({ prompt: "a fox", model: "dreamy", width: 512, height: 512 })).toEqual({
    settings: { prompt: "a fox", model: "easel-mini" },
    obstacles: ["model", "size"],
  });
});

test.each<[Settings, string]>([
  [{ scheduler: "flow_match_euler" }, "scheduler"],
  [{ scheduler: "ddim", sigmas: "karras" }, "sigmas"],
  [{ strength: 0.5 }, "start"],
  [{ secondPass: { scale: 2, numSteps: 4, strength: 0.5 } }, "second_pass"],
])("%o is told and left out", (settings, obstacle) => {
  const fitted = fit(settings);
  expect(fitted.obstacles).toEqual([obstacle]);
  const named = Object.keys(settings).at(-1)!;
  expect(fitted.settings).not.toHaveProperty(named);
});

test("a second pass stays where the model draws its size", () => {
  const secondPass = { scale: 2, numSteps: 4, strength: 0.5 };
  expect(fit({ model: turbo.id, secondPass }).settings).toHaveProperty("secondPass", secondPass);
});
