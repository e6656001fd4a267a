/** What a prompt can be about: the nine groups that Unicode sorts emoji into, and none of them. */
export const TEXT_CATEGORIES = [
  "smileys",
  "people",
  "nature",
  "food",
  "travel",
  "activities",
  "objects",
  "symbols",
  "flags",
  "other",
] as const;

export type TextCategory = (typeof TEXT_CATEGORIES)[number];

/** The words that a search finds a category by, in any language of the page. */
export const CATEGORY_WORDS: Readonly<Record<TextCategory, string>> = Object.freeze({
  smileys: "smileys 表情",
  people: "people 人物",
  nature: "animals nature 动物 自然",
  food: "food drink 食物 饮料",
  travel: "travel places 旅行 地点",
  activities: "activities 活动",
  objects: "objects 物品",
  symbols: "symbols 符号",
  flags: "flags 旗帜",
  other: "",
});
