import fc from "fast-check";
import { expect, test } from "vitest";
import { readNumbers, type NumberBounds } from "./number-list.ts";

const WHOLE: NumberBounds = { min: 1, max: 150, whole: true, most: 100 };
const FREE: NumberBounds = { min: 0, max: 30, whole: false, most: 100 };

/** The numbers, or the word of refusal. */
function read(text: string, bounds = WHOLE): number[] | string {
  let said = "";
  return readNumbers(text, bounds, (message) => (said = message)) ?? said;
}

// The ranges are the examples of AUTOMATIC1111's own description of its X/Y plot.
test.each<[string, NumberBounds, number[]]>([
  ["5, 10,20", WHOLE, [5, 10, 20]],
  ["1-5", WHOLE, [1, 2, 3, 4, 5]],
  ["1-5 (+2)", WHOLE, [1, 3, 5]],
  ["10-5 (-3)", WHOLE, [10, 7]],
  ["1-3 (+0.5)", FREE, [1, 1.5, 2, 2.5, 3]],
  ["1-10 [5]", WHOLE, [1, 3, 5, 7, 10]],
  ["0.0-1.0 [6]", FREE, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  ["1-10 (+3)", WHOLE, [1, 4, 7, 10]],
  ["5, 20-22, 5", WHOLE, [5, 20, 21, 22]],
  ["3-1", WHOLE, [3, 2, 1]],
  ["５、１０，1-3（+2）", WHOLE, [5, 10, 1, 3]],
  ["7-9 [1]", WHOLE, [7]],
])("%s", (text, bounds, numbers) => {
  expect(read(text, bounds)).toEqual(numbers);
});

test.each([
  [" , ", "At least one value is needed."],
  ["5, many", "many is no number"],
  ["1-10 (-3)", "1-10 (-3) is no number and no range"],
  ["1-10 [0]", "1-10 [0] is no number and no range"],
  ["7 [1]", "7 [1] is no number"],
  ["2.5", "2.5 is no whole number."],
  ["1-3 (+0.5)", "1.5 is no whole number."],
  ["0", "0 is not from 1 to 150."],
  ["100-160 (+20)", "160 is not from 1 to 150."],
  ["1-1000000000", "That is too many: 100 at most."],
  ["1-60, 61-120", "That is too many: 100 at most."],
])("%s is refused: %s", (text, why) => {
  expect(read(text)).toEqual(expect.stringContaining(why));
});

test("what is written as a list is read as it was, each number once", () => {
  const numbers = fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: 100 });
  fc.assert(
    fc.property(numbers, (list) => {
      expect(read(list.join(", "))).toEqual([...new Set(list)]);
    }),
  );
});

test("a range begins where it says, goes one way in equal steps, and does not pass its end", () => {
  const range = fc.record({
    start: fc.integer({ min: 1, max: 150 }),
    end: fc.integer({ min: 1, max: 150 }),
    step: fc.integer({ min: 2, max: 40 }),
  });
  fc.assert(
    fc.property(range, ({ start, end, step }) => {
      const signed = end < start ? `-${step}` : `+${step}`;
      const numbers = read(`${start}-${end} (${signed})`) as number[];
      expect(numbers[0]).toBe(start);
      for (const [i, number] of numbers.entries()) expect(number).toBe(start + i * Number(signed));
      expect(Math.abs(end - numbers.at(-1)!)).toBeLessThan(step);
    }),
  );
});
