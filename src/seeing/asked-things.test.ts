import { expect, test } from "vitest";
import { askedThings } from "./asked-things.ts";

const things = [
  { english: "dog", chinese: "狗" },
  { english: "hot dog", chinese: "热狗" },
  { english: "cherry", chinese: "樱桃" },
  { english: "cat", chinese: "猫" },
  { english: "box", chinese: "箱子" },
];
const named = (prompt: string) => askedThings(prompt, things).map((thing) => things[thing]!.english);

test.each([
  ["a dog left of a cat", ["dog", "cat"]],
  ["a (cat:1.2), DOG", ["cat", "dog"]],
  ["a hot dog on a plate", ["hot dog"]],
  ["a dog that eats a hot dog", ["dog", "hot dog"]],
  ["two cherries, three boxes and dogs", ["cherry", "box", "dog"]],
  ["a catalogue of dogmas", []],
  ["a dog and a dog", ["dog"]],
  ["猫和热狗", ["cat", "hot dog"]],
  ["", []],
])("%j names %j", (prompt, names) => expect(named(prompt)).toEqual(names));
