import { expect, it } from "vitest";
import { agoWords, sizeWords, timeWords } from "./size-words.ts";

it.each([
  [400, "1 kB"],
  [29_600_000, "29.6 MB"],
  [681_000_000, "681 MB"],
  [2_513_000_000, "2.51 GB"],
])("%d bytes are %s", (bytes, words) => expect(sizeWords(bytes)).toBe(words));

it.each([
  [0.2, "1 s"],
  [40, "40 s"],
  [720, "12 min"],
  [7_500, "2 h 5 min"],
])("%d seconds are %s", (seconds, words) => expect(timeWords(seconds)).toBe(words));

it.each([
  [30_000, "just now"],
  [300_000, "5 min ago"],
  [7_200_000, "2 h ago"],
  [86_400_000, "a day ago"],
  [259_200_000, "3 days ago"],
])("%d milliseconds are %s", (past, words) => expect(agoWords(1e12 - past, 1e12)).toBe(words));
