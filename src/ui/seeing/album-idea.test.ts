import { expect, test } from "vitest";
import type { TextCategory } from "../../contracts/text-category.ts";
import { newJob, type Job } from "../../history/database.ts";
import { albumIdea } from "./album-idea.ts";

const request = {
  prompt: "an owl",
  negativePrompt: "",
  promptSyntax: "a1111",
  model: "easel-mini",
  numSteps: 12,
  guidanceScale: 3,
  scheduler: "ddim",
  sigmas: "default",
  seed: 4,
  width: 128,
  height: 128,
} as const;

const pictures = (count: number, category: TextCategory, rest: Partial<Job> = {}): Job[] =>
  Array.from({ length: count }, (_, i) => ({
    ...newJob(`${category}-${i}`, request, "auto"),
    status: "succeeded",
    category,
    ...rest,
  }));

const ideaOf = (jobs: Job[], ...settled: TextCategory[]) => {
  const idea = albumIdea(jobs, new Set(settled));
  return idea === null ? null : [idea.category, idea.ids.length];
};

test("six pictures about one thing are an album, the most of them first", () => {
  expect(ideaOf(pictures(5, "food"))).toBeNull();
  expect(ideaOf([...pictures(6, "food"), ...pictures(8, "nature")])).toEqual(["nature", 8]);
  expect(ideaOf([...pictures(6, "food"), ...pictures(8, "nature")], "nature")).toEqual(["food", 6]);
});

test("what is about nothing, hangs in an album or is no picture counts not", () => {
  expect(ideaOf(pictures(9, "other"))).toBeNull();
  expect(ideaOf(pictures(9, "food", { albumIds: ["one"] }))).toBeNull();
  expect(ideaOf(pictures(9, "food", { status: "failed" }))).toBeNull();
});
