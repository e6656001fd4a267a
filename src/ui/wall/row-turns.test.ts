import { expect, test } from "vitest";
import { RowTurns } from "./row-turns.ts";

const task = () => new Promise((resolve) => setTimeout(resolve));

test("one row is made a task, in the order in which they asked; who gave up is left out", async () => {
  const turns = new RowTurns();
  const made: string[] = [];
  const seen: string[][] = [];
  const giveUp = ["a", "b", "c"].map((name) => turns.ask(() => void made.push(name)))[1]!;
  giveUp();
  seen.push([...made]);
  for (let i = 0; i < 2; i++) {
    await task();
    seen.push([...made]);
  }
  expect(seen).toEqual([[], ["a"], ["a", "c"]]);

  turns.ask(() => void made.push("d"));
  await task();
  expect(made).toEqual(["a", "c", "d"]);
});
