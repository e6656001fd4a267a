import { expect, test } from "vitest";
import { readKept } from "./kept.ts";
import { amount, fraction, list, number, object, oneOf, orNull, part, record, text } from "./shapes.ts";

const read = <T>(kept: string | null, shape: (value: unknown) => T): T | null =>
  readKept({ getItem: () => kept }, "key", shape);

test("what has the shape is read, without what the shape does not name", () => {
  const shape = object({ name: text, at: orNull(number), marks: list(oneOf(["a", "b"])) });
  expect(read('{"name":"x","at":null,"marks":["b"],"more":1}', shape)).toEqual({
    name: "x",
    at: null,
    marks: ["b"],
  });
  expect(read('{"name":"x"}', part({ name: text, at: number }))).toEqual({ name: "x" });
  expect(read('{"a":1,"b":2}', record(number))).toEqual({ a: 1, b: 2 });
});

test.each([
  ["nothing kept", null, object({ name: text })],
  ["cut short", '{"name":', object({ name: text })],
  ["a field of another kind", '{"name":1}', object({ name: text })],
  ["a field missing", "{}", object({ name: text })],
  ["a list where a record was", "[]", record(text)],
  ["a record where a list was", "{}", list(text)],
  ["an unknown word", '"c"', oneOf(["a", "b"])],
  ["less than nothing", "-1", amount],
  ["more than all", "1.5", fraction],
  ["a part of another kind", '{"name":1}', part({ name: text })],
])("%s counts as not there", (_, kept, shape) => {
  expect(read<unknown>(kept, shape)).toBeNull();
});
