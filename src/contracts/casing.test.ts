import { expect, expectTypeOf, test } from "vitest";
import { toCamel, toSnake } from "./casing.ts";

test("names change all the way down, values and foreign objects do not, and the way back is exact", () => {
  const blob = new Blob(["easel"]);
  const wire = {
    num_steps: 4,
    second_pass: { num_steps: 2, scale: 1.5 },
    file_names: ["a_b", "c"],
    sizes: [{ max_side: 128 }],
    error: null,
    blob,
  };
  const camel = toCamel(wire);
  expect(camel).toEqual({
    numSteps: 4,
    secondPass: { numSteps: 2, scale: 1.5 },
    fileNames: ["a_b", "c"],
    sizes: [{ maxSide: 128 }],
    error: null,
    blob,
  });
  expect(camel.blob).toBe(blob);
  expect(toSnake(camel)).toEqual(wire);
});

test("a pair stays a pair in the types", () => {
  const size = toCamel<{ max_size: [number, number] }>({ max_size: [128, 64] });
  expectTypeOf(size.maxSize).toEqualTypeOf<[number, number]>();
  expect(size.maxSize).toEqual([128, 64]);
});
