import { expect, test } from "vitest";
import { findUnsafe, unsafeAmong } from "./safety.ts";

test("labels that published safety models have are known, and others are not taken for them", () => {
  expect(unsafeAmong(["normal", "nsfw"])).toEqual(["nsfw"]);
  expect(unsafeAmong(["drawings", "hentai", "neutral", "porn", "sexy"])).toEqual(["hentai", "porn", "sexy"]);
  expect(unsafeAmong(["SAFE", "Not safe for work", "Violence"])).toEqual(["Not safe for work", "Violence"]);
  expect(unsafeAmong(["sextant", "blood orange", "safe", "bloodhound"])).toEqual([]);
});

const rule = { labels: ["porn", "hentai"], threshold: 0.5 };

test("unsafe shares count together, and the likeliest is named", () => {
  const seen = [
    { label: "drawings", score: 0.45 },
    { label: "hentai", score: 0.3 },
    { label: "porn", score: 0.25 },
  ];
  expect(findUnsafe(seen, rule)).toEqual({ label: "hentai", score: 0.55 });
  expect(findUnsafe(seen, { ...rule, labels: ["hentai"] })).toBeNull();
});

test("the threshold itself is unsafe, what is below is not", () => {
  expect(findUnsafe([{ label: "porn", score: 0.5 }], rule)).toEqual({ label: "porn", score: 0.5 });
  expect(findUnsafe([{ label: "porn", score: 0.499 }], rule)).toBeNull();
});

test("independent labels together are no more than sure", () => {
  const seen = [
    { label: "porn", score: 0.9 },
    { label: "hentai", score: 0.8 },
  ];
  expect(findUnsafe(seen, rule)).toEqual({ label: "porn", score: 1 });
});

test("a picture of which no unsafe label is seen is safe", () => {
  expect(findUnsafe([{ label: "drawings", score: 1 }], { ...rule, threshold: 0.01 })).toBeNull();
});
