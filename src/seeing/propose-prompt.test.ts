import { expect, test } from "vitest";
import type { Sight } from "../contracts/sight.ts";
import { proposePrompt } from "./propose-prompt.ts";

const CHINESE: Readonly<Record<string, string>> = {
  dog: "狗",
  mouse: "老鼠",
  owl: "猫头鹰",
  cherries: "樱桃",
  unicorn: "独角兽",
};
const box = { left: 0, top: 0, width: 1, height: 1 };
const named = (label: string, score: number) => ({ label, labelZh: CHINESE[label] ?? label, score });
const showing = (...things: string[]): Sight => ({
  labels: [],
  things: things.map((label, i) => ({ ...named(label, 0.9 - i / 100), box })),
  asked: [],
});

test.each([
  [showing("dog"), "a dog", "狗"],
  [showing("owl", "unicorn"), "an owl and a unicorn", "猫头鹰和独角兽"],
  [showing("mouse", "dog", "mouse", "cherries"), "two mice, a dog and cherries", "两个老鼠、狗和樱桃"],
  [showing(...Array<string>(7).fill("dog")), "many dogs", "许多狗"],
  [showing(), "", ""],
])("what is seen becomes a prompt: %#", (sight, english, chinese) => {
  expect(proposePrompt(sight, "en")).toBe(english);
  expect(proposePrompt(sight, "zh")).toBe(chinese);
});

test("of the whole picture's labels only a likely one is asked for", () => {
  const whole = (label: string, score: number): Sight => ({ ...showing(), labels: [named(label, score)] });
  expect(proposePrompt(whole("dog", 0.8), "en")).toBe("a dog");
  expect(proposePrompt(whole("dog", 0.3), "en")).toBe("");
  expect(proposePrompt(whole("unknown", 0.9), "en")).toBe("");
});
