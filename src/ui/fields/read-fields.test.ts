import { describe, expect, it } from "vitest";
import type { FieldValues } from "./field-values.ts";
import { loadFieldValues, saveFieldValues } from "./field-values.ts";
import { readFields } from "./read-fields.ts";

const good: FieldValues = {
  prompt: " a cat ",
  negativePrompt: "",
  steps: "12",
  guidance: "3.5",
  count: "1",
  seed: "",
  size: "128x128",
  model: "easel-mini",
  scheduler: "ddim",
  where: "auto",
};
const sizes: [number, number][] = [
  [128, 128],
  [192, 128],
];
const read = (changes: Partial<FieldValues> = {}) => readFields({ ...good, ...changes }, { sizes });
const wordFor = (changes: Partial<FieldValues>) => {
  const result = read(changes);
  return result.ok ? null : result.errors.map(({ field, message }) => `${field}: ${message}`).join("\n");
};

describe("reading the fields", () => {
  it("makes a request's input of them; a blank seed is left to be drawn", () => {
    expect(read()).toEqual({
      ok: true,
      count: 1,
      input: {
        prompt: "a cat",
        negativePrompt: "",
        model: "easel-mini",
        numSteps: 12,
        guidanceScale: 3.5,
        scheduler: "ddim",
        width: 128,
        height: 128,
      },
    });
    expect(read({ seed: "0" })).toMatchObject({ ok: true, input: { seed: 0 } });
    expect(read({ seed: "4294967295" })).toMatchObject({ ok: true, input: { seed: 4294967295 } });
    expect(read({ guidance: "0" })).toMatchObject({ ok: true, input: { guidanceScale: 0 } });
    expect(read({ size: "192x128" })).toMatchObject({ ok: true, input: { width: 192, height: 128 } });
  });

  it.each([
    [{ prompt: "   " }, "prompt: The prompt is empty. Say what to draw"],
    [{ prompt: "x".repeat(10_001) }, "prompt: The prompt has 10,001 characters. Shorten it to 10,000."],
    [{ negativePrompt: "x".repeat(10_001) }, "negativePrompt: The negative prompt has 10,001"],
    [{ steps: "0" }, "steps: Steps: a whole number from 1 to 150 is needed, and 0 is not."],
    [{ steps: "10000" }, "steps: Steps: a whole number from 1 to 150 is needed, and 10,000 is not."],
    [{ steps: "2.5" }, "and 2.5 is not."],
    [{ steps: "" }, "and it is empty."],
    [{ guidance: "31" }, "guidance: Guidance: a number from 0 to 30 is needed, and 31 is not."],
    [{ guidance: "-1" }, "and -1 is not."],
    [{ seed: "abc" }, 'seed: The seed: a whole number from 0 to 4,294,967,295 is needed, and "abc" is not.'],
    [{ seed: "-1" }, "Leave it blank for another one each time."],
    [{ seed: "4294967296" }, "and 4,294,967,296 is not."],
    [{ seed: "1e3" }, 'and "1e3" is not.'],
    [{ size: "512x512" }, "size: This model can't draw 512 × 512. Choose 128 × 128, 192 × 128."],
    [{ scheduler: "magic" }, 'scheduler: There is no scheduler "magic".'],
  ] satisfies [Partial<FieldValues>, string][])(
    "refuses %o with a word that says what to do",
    (changes, word) => {
      expect(wordFor(changes)).toContain(word);
    },
  );

  it("takes every size of a model's rule, and no other", () => {
    const sizeRule = { multipleOf: 64, min: 128, max: 512, maxPixels: 512 * 512 };
    const ruled = (size: string) => readFields({ ...good, size }, { sizes, sizeRule }).ok;
    expect(["128x128", "192x128", "512x448", "256x320"].map(ruled)).toEqual([true, true, true, true]);
    expect(["512x450", "64x64", "1024x128", "", "128"].map(ruled)).toEqual(Array(5).fill(false));
  });

  it("tells everything that is wrong at once", () => {
    const result = read({ prompt: "", steps: "0", seed: "abc" });
    expect(result.ok ? [] : result.errors.map(({ field }) => field)).toEqual(["prompt", "steps", "seed"]);
  });
});

describe("the fields across visits", () => {
  it("come back as they were typed, also what is not valid", () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    saveFieldValues(storage, { ...good, steps: "10000" });
    expect(loadFieldValues(storage)).toEqual({ ...good, steps: "10000" });
  });

  it("are nothing where the storage is empty, damaged or of another version, and a full disk is survived", () => {
    for (const text of [null, "{", "[]", '{"where":"moon"}']) {
      expect(loadFieldValues({ getItem: () => text })).toEqual({});
    }
    const full = {
      setItem: () => {
        throw new DOMException("full", "QuotaExceededError");
      },
    };
    expect(() => saveFieldValues(full, good)).not.toThrow();
  });
});
