import { expect, test } from "vitest";
import { missingTexts } from "./compile-messages.mjs";

const plural = (one: string, other: string) => [
  {
    declarations: ["input count", "local countPlural = count: plural"],
    selectors: ["countPlural"],
    match: { "countPlural=one": one, "countPlural=other": other },
  },
];

test("languages with the same texts and inputs lack nothing, whatever their plurals", () => {
  const base = { hello: "Hello {name}", count: plural("{count} picture", "{count} pictures") };
  expect(missingTexts(base, { hello: "{name}，你好", count: "{count} 张图片" }, "zh")).toEqual([]);
});

test("a text that a language lacks, has alone, or has with other inputs is named", () => {
  const lines = missingTexts({ a: "A", b: "B {n}" }, { b: "乙 {m}", c: "丙" }, "zh");
  expect(lines).toEqual(['zh lacks a: "A"', "zh has b with {m}, en with {n}", "en lacks c of zh"]);
});
