import { afterEach, describe, expect, it } from "vitest";
import { locales, overwriteGetLocale } from "../paraglide/runtime.js";
import {
  aboutTimeWords,
  agoWords,
  numberWords,
  percentWords,
  sizeWords,
  timeWords,
  unitWords,
} from "./quantities.ts";

it.each([
  [400, "1 kB"],
  [29_600_000, "29.6 MB"],
  [681_000_000, "681 MB"],
  [2_513_000_000, "2.51 GB"],
])("%d bytes are %s", (bytes, words) => expect(sizeWords(bytes)).toBe(words));

/** Large enough to be grouped, small enough not to be, and what rounding makes of what lies between. */
it.each([1, 3.25, 99.96, 512, 998.6, 999.4, 1_024, 4_294.967])(
  "sizes are written as the platform writes them: %d",
  (value) => {
    for (const locale of locales) {
      const digits = value < 10 ? 1 : 0;
      const format = { style: "unit", unit: "megabyte", unitDisplay: "short" } as const;
      const platform = new Intl.NumberFormat(locale, {
        ...format,
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      });
      expect(unitWords(value, "megabyte", digits, locale)).toBe(platform.format(value));
    }
  },
);

it.each([
  [0.2, "1 s"],
  [40, "40 s"],
  [720, "12 min"],
  [7_500, "2 h 5 min"],
])("%d seconds are %s", (seconds, words) => expect(timeWords(seconds)).toBe(words));

it.each([
  [40, "40 s"],
  [720, "12 minutes"],
  [7_500, "2 hours"],
])("%d seconds are about %s", (seconds, words) => expect(aboutTimeWords(seconds)).toBe(words));

it.each([
  [30_000, "now"],
  [300_000, "5 minutes ago"],
  [7_200_000, "2 hours ago"],
  [86_400_000, "yesterday"],
  [259_200_000, "3 days ago"],
])("%d milliseconds are %s", (past, words) => expect(agoWords(1e12 - past, 1e12)).toBe(words));

it("numbers and parts of a hundred", () => {
  expect([numberWords(4_294_967_295), numberWords(1.5), numberWords(2, 1)]).toEqual([
    "4,294,967,295",
    "1.5",
    "2.0",
  ]);
  expect(percentWords(0.417)).toBe("42%");
});

describe("in Chinese", () => {
  afterEach(() => overwriteGetLocale(() => "en"));

  it("each is written as it is there", () => {
    overwriteGetLocale(() => "zh");
    expect([timeWords(40), timeWords(7_500), aboutTimeWords(720)]).toEqual([
      "40 秒",
      "2 小时 5 分钟",
      "12 分钟",
    ]);
    expect([agoWords(1e12 - 300_000, 1e12), agoWords(1e12 - 86_400_000, 1e12)]).toEqual(["5分钟前", "昨天"]);
  });
});
