import { tagsOf } from "../contracts/sight.ts";
import type { Sight } from "../contracts/sight.ts";
import { pluralOf, withArticle } from "./english-names.ts";

const COUNTS = ["", "", "two", "three", "four", "five", "six"];
const COUNTS_ZH = ["", "", "两个", "三个", "四个", "五个", "六个"];

interface Counted {
  readonly label: string;
  readonly labelZh: string;
  readonly count: number;
}

/** A prompt that asks for what is seen, in either language; empty where nothing known is seen. */
export function proposePrompt(sight: Sight, language: "en" | "zh"): string {
  const counted = tagsOf(sight).map(({ label, labelZh }) => {
    const count = sight.things.filter((thing) => thing.label === label).length;
    return { label, labelZh, count: Math.max(1, count) };
  });
  return language === "zh"
    ? listed(counted.map(inChinese), "、", "和")
    : listed(counted.map(inEnglish), ", ", " and ");
}

function inEnglish({ label, count }: Counted): string {
  return count === 1 ? withArticle(label) : `${COUNTS[count] ?? "many"} ${pluralOf(label)}`;
}

/** One of them has no measure word: which one is right depends on the thing. */
function inChinese({ labelZh, count }: Counted): string {
  return count === 1 ? labelZh : `${COUNTS_ZH[count] ?? "许多"}${labelZh}`;
}

function listed(parts: readonly string[], comma: string, and: string): string {
  const last = parts.at(-1) ?? "";
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(comma)}${and}${last}`;
}
