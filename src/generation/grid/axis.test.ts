import { expect, test } from "vitest";
import type { GridAxis, GridParameter } from "../../contracts/grid.ts";
import type { RequestInput } from "../../contracts/request.ts";
import { gridInputs, readAxis, type GridModel } from "./axis.ts";

const defaults = { numSteps: 12, guidanceScale: 3, scheduler: "ddim", width: 128, height: 128 } as const;
const mini: GridModel = { id: "easel-mini", sizes: [[128, 128]], defaults };
const turbo: GridModel = {
  id: "owner/turbo",
  sizes: [
    [512, 512],
    [768, 512],
  ],
  defaults: { ...defaults, width: 512, height: 512 },
};
const flow: GridModel = {
  ...turbo,
  id: "owner/flow",
  defaults: { ...turbo.defaults, scheduler: "flow_match_euler" },
};
const models = [mini, turbo, flow];
const base: RequestInput = {
  prompt: "a red cat, red ground",
  negativePrompt: "no red",
  model: "easel-mini",
  scheduler: "euler",
  seed: 7,
  width: 128,
  height: 128,
};

function read(parameter: GridParameter, text: string): GridAxis | string {
  let said = "";
  return readAxis(parameter, text, base, models, (message) => (said = message)) ?? said;
}

test("rows change y, columns x, and all else is shared", () => {
  const x: GridAxis = { parameter: "steps", values: [5, 10] };
  const y: GridAxis = { parameter: "guidance", values: [1, 2, 3] };
  const inputs = gridInputs(base, x, y, models);
  expect(inputs.map(({ numSteps, guidanceScale }) => [numSteps, guidanceScale])).toEqual([
    [5, 1],
    [10, 1],
    [5, 2],
    [10, 2],
    [5, 3],
    [10, 3],
  ]);
  for (const { numSteps: _, guidanceScale: __, ...rest } of inputs) expect(rest).toEqual(base);
  expect(gridInputs(base, x, null, models)).toHaveLength(2);
});

test("words are sought in both prompts and replaced everywhere, by nothing and by $& too", () => {
  const axis = read("prompt", 'red, blue, "", $&') as GridAxis;
  expect(axis.values).toEqual(["red", "blue", "", "$&"]);
  const inputs = gridInputs(base, axis, null, models);
  expect(inputs.map(({ prompt }) => prompt)).toEqual([
    "a red cat, red ground",
    "a blue cat, blue ground",
    "a  cat,  ground",
    "a $& cat, $& ground",
  ]);
  expect(inputs[1]!.negativePrompt).toBe("no blue");
});

test("another model draws the nearest size, and with its own scheduler where it takes no other", () => {
  const wide = { ...base, width: 150, height: 100 };
  const [first, second, third] = gridInputs(
    wide,
    read("model", "easel-mini, owner/turbo, owner/flow") as GridAxis,
    null,
    models,
  );
  expect(first).toMatchObject({ model: "easel-mini", width: 128, height: 128, scheduler: "euler" });
  expect(second).toMatchObject({ model: "owner/turbo", width: 768, height: 512, scheduler: "euler" });
  expect(third).toMatchObject({ model: "owner/flow", scheduler: "flow_match_euler" });
});

test("a seed, a scheduler, a strength", () => {
  const values = (parameter: GridParameter, text: string) => (read(parameter, text) as GridAxis).values;
  expect(values("seed", "0, 4294967295")).toEqual([0, 4_294_967_295]);
  expect(values("scheduler", "euler, unknown, ddim")).toEqual(["euler", "ddim"]);
  expect(values("strength", "0.2-1 [5]")).toEqual([0.2, 0.4, 0.6, 0.8, 1]);
  const [input] = gridInputs(base, { parameter: "scheduler", values: ["ddim"] }, null, models);
  expect(input).toEqual({ ...base, scheduler: "ddim" });
});

test.each<[GridParameter, string, string]>([
  ["prompt", "red", "Write the words to replace"],
  ["prompt", "green, blue", 'The prompt does not say "green".'],
  ["model", "nowhere/to-be-seen", "Choose at least one."],
  ["strength", "1.5", "1.5 is not from 0 to 1."],
])("%s: %s is refused", (parameter, text, why) => {
  expect(read(parameter, text)).toEqual(expect.stringContaining(why));
});
