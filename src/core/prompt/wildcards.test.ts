import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expandPrompt, isRandom, type WordLists } from "./wildcards.ts";

const lists: WordLists = new Map([
  ["colour", ["red", "green", "blue"]],
  ["thing", ["a {big|small} __colour__ ball", "a cat"]],
  ["loop", ["__loop__ and __loop__"]],
  ["颜色", ["红色"]],
  ["empty", []],
]);
const seeds = Array.from({ length: 60 }, (_, seed) => seed);
const all = (prompt: string) => new Set(seeds.map((seed) => expandPrompt(prompt, seed, lists).prompt));

test("one alternative is drawn, and each of them sometimes", () => {
  expect(all("a {red|green|} apple")).toEqual(new Set(["a red apple", "a green apple", "a  apple"]));
});

test("a wildcard becomes a line of its list, in any script; lines are expanded too", () => {
  expect(all("__colour__ sky")).toEqual(new Set(["red sky", "green sky", "blue sky"]));
  expect(all("__颜色__的猫")).toEqual(new Set(["红色的猫"]));
  expect(all("__thing__")).toContain("a small blue ball");
  expect(all("{a __colour__ dog|{one|two} cats}")).toEqual(
    new Set(["a red dog", "a green dog", "a blue dog", "one cats", "two cats"]),
  );
});

test("two wildcards of one list are drawn apart", () => {
  expect(all("__colour__ __colour__").size).toBe(9);
});

test.each([
  "a {cat} here",
  "an open { brace | and",
  "a closing } one",
  "\\{a|b\\}",
  "\\__colour__",
  "snake_case and __ two __",
  "[a|b] and (c:1.2)",
])("%s is plain, and stays as it stands", (prompt) => {
  expect(expandPrompt(prompt, 1, lists)).toEqual({ prompt, unknown: [] });
});

test("a name without a list stays, and is told", () => {
  expect(expandPrompt("a __weather__ __colour__ __empty__", 0, lists)).toMatchObject({
    prompt: expect.stringMatching(/^a __weather__ (red|green|blue) __empty__$/) as unknown,
    unknown: ["weather", "empty"],
  });
});

test("lists that name themselves end", () => {
  expect(expandPrompt("__loop__", 0, lists).prompt.length).toBeLessThan(10_000);
});

describe("for any prompt", () => {
  const piece = fc.constantFrom("a", " ", "{", "}", "|", "\\", "__colour__", "__", "thing", "__x__");
  const prompts = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(""));

  test("the same seed gives the same words, and one that is not random is itself", () => {
    fc.assert(
      fc.property(prompts, fc.integer({ min: 0, max: 0xffffffff }), (prompt, seed) => {
        const once = expandPrompt(prompt, seed, lists);
        expect(expandPrompt(prompt, seed, lists)).toEqual(once);
        if (!isRandom(prompt)) expect(once.prompt).toBe(prompt);
      }),
    );
  });
});
