import { expect, test } from "vitest";
import { floatTensor } from "../tensor/tensor.ts";
import type { Condition, Conditions, StepConditions } from "./conditions.ts";
import { guided } from "./guidance.ts";
import type { Denoiser } from "./guidance.ts";

const sample = floatTensor([1, 1, 1, 2], Float32Array.of(10, 20));
const condition = (value: number): Condition => ({ c: floatTensor([1, 1], Float32Array.of(value)) });
const always = (step: StepConditions): Conditions => ({ at: () => step });

/** Answers each sample of the batch with itself plus its condition; remembers what it was given. */
function adder(): { denoiser: Denoiser; batches: number[][]; conditions: Condition[] } {
  const batches: number[][] = [];
  const conditions: Condition[] = [];
  const denoiser: Denoiser = (batch, _, given) => {
    const values = given["c"]!.data;
    batches.push([...values]);
    conditions.push(given);
    return Promise.resolve(
      floatTensor(
        batch.dims,
        batch.data.map((value, i) => value + values[Math.floor(i / 2)]!),
      ),
    );
  };
  return { denoiser, batches, conditions };
}

async function answer(scale: number, step: StepConditions): Promise<{ values: number[]; batch: number[] }> {
  const { denoiser, batches } = adder();
  const values = [...(await guided(denoiser, scale, always(step))(sample, 500, 0))];
  return { values, batch: batches[0]! };
}
const prompts = (...pairs: [number, number][]): StepConditions["prompts"] =>
  pairs.map(([value, weight]) => ({ condition: condition(value), weight }));

test("one prompt: away from the negative one, in one run, the negative first", async () => {
  // 10 + 1 + 5 (4 - 1)
  expect(await answer(5, { prompts: prompts([4, 1]), negative: condition(1) })).toEqual({
    values: [26, 36],
    batch: [1, 4],
  });
});

test("several prompts: each pulls with its weight", async () => {
  // 10 + 1 + 5 (1.2 (4 - 1) - 0.5 (3 - 1))
  const { values, batch } = await answer(5, {
    prompts: prompts([4, 1.2], [3, -0.5]),
    negative: condition(1),
  });
  expect(values.map((value) => Math.round(value * 1e4) / 1e4)).toEqual([24, 34]);
  expect(batch).toEqual([1, 4, 3]);
});

test("without guidance the prompt alone is run; several whose weights make 1 are averaged by them", async () => {
  expect(await answer(1, { prompts: prompts([4, 1]), negative: undefined })).toEqual({
    values: [14, 24],
    batch: [4],
  });
  expect(await answer(1, { prompts: prompts([4, 0.25], [8, 0.75]), negative: undefined })).toEqual({
    values: [17, 27],
    batch: [4, 8],
  });
});

test("a scale below 1 counts as 1 where weights leave some of the negative prompt", async () => {
  // 10 + 1 + (4 - 1) + (3 - 1)
  const step = { prompts: prompts([4, 1], [3, 1]), negative: condition(1) };
  expect((await answer(0, step)).values).toEqual([16, 26]);
  expect((await answer(1, step)).values).toEqual([16, 26]);
});

test("prompts may change in number from step to step; the batch is joined anew only when they change", async () => {
  const one: StepConditions = { prompts: prompts([4, 1]), negative: condition(1) };
  const two: StepConditions = { prompts: prompts([4, 1], [5, 1]), negative: condition(1) };
  const { denoiser, batches, conditions } = adder();
  const predict = guided(denoiser, 2, { at: (step) => (step < 2 ? one : two) });
  for (let step = 0; step < 4; step++) await predict(sample, 500, step);
  expect(batches).toEqual([
    [1, 4],
    [1, 4],
    [1, 4, 5],
    [1, 4, 5],
  ]);
  expect(conditions[1]).toBe(conditions[0]);
  expect(conditions[2]).not.toBe(conditions[1]);
});

test("an answer stays what it was when the next one is asked for", async () => {
  const { denoiser } = adder();
  const predict = guided(denoiser, 5, always({ prompts: prompts([4, 1]), negative: condition(1) }));
  const first = await predict(sample, 500, 0);
  const other = await predict(floatTensor([1, 1, 1, 2], Float32Array.of(-7, 3)), 400, 1);
  expect([[...first], [...other]]).toEqual([
    [26, 36],
    [9, 19],
  ]);
});
