import { expect, test } from "vitest";
import { inBatches } from "./in-batches.ts";

/** A batch's work that ends when the test says so. */
function gatedDoubling(most: number) {
  const batches: number[][] = [];
  const gates: (() => void)[] = [];
  const double = inBatches<number, number>(most, async (items) => {
    batches.push([...items]);
    await new Promise<void>((resolve) => gates.push(resolve));
    if (items.includes(13)) throw new Error("the whole batch failed");
    return items.map((item) =>
      item < 0
        ? { status: "rejected", reason: new Error(`negative ${item}`) }
        : { status: "fulfilled", value: 2 * item },
    );
  });
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  const open = async () => {
    await turn();
    gates.shift()?.();
    await turn();
  };
  return { double, batches, open };
}

test("what comes while a batch is under way shares the next, up to the most, in order", async () => {
  const { double, batches, open } = gatedDoubling(3);
  const first = double(1);
  await open();
  expect(await first).toBe(2);
  const busy = double(2);
  await new Promise<void>((resolve) => setImmediate(resolve));
  const waiting = [3, 4, 5, 6].map(double);
  await open();
  await open();
  await open();
  expect(await Promise.all([busy, ...waiting])).toEqual([4, 6, 8, 10, 12]);
  expect(batches).toEqual([[1], [2], [3, 4, 5], [6]]);
});

test("one item's failure is its own; a failed batch fails its items, and the next one goes on", async () => {
  const { double, open } = gatedDoubling(9);
  const told = (asked: Promise<number>[]) =>
    Promise.all(asked.map((one) => one.catch((error: unknown) => (error as Error).message)));
  const mixed = told([1, -2, 3].map(double));
  await open();
  expect(await mixed).toEqual([2, "negative -2", 6]);
  const failing = told([13, 4].map(double));
  await open();
  expect(await failing).toEqual(["the whole batch failed", "the whole batch failed"]);
  const after = double(5);
  await open();
  expect(await after).toBe(10);
});
