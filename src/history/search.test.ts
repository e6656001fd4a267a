import { describe, expect, it } from "vitest";
import { newJob, type Job } from "./database.ts";
import { EVERYTHING, findJobs, type Query } from "./search.ts";

const DAY = 24 * 3_600_000;
const base = newJob(
  "base",
  {
    prompt: "a red apple",
    negativePrompt: "blurry",
    promptSyntax: "a1111",
    model: "easel-mini",
    numSteps: 12,
    guidanceScale: 3,
    scheduler: "ddim",
    sigmas: "default",
    seed: 4,
    width: 128,
    height: 128,
  },
  "auto",
);

const job = (id: string, request: Partial<Job["request"]> = {}, rest: Partial<Job> = {}): Job => ({
  ...base,
  id,
  ...rest,
  request: { ...base.request, ...request },
});

const jobs = [
  job("apple", {}, { createdAt: 5 * DAY, starred: true }),
  job(
    "cat",
    { prompt: "Eine KATZE", seed: 42, numSteps: 20 },
    { createdAt: 3 * DAY, albumIds: ["one", "two"] },
  ),
  job("猫", { prompt: "蓝色背景上的一只猫", model: "owner/other", width: 256 }, { createdAt: DAY }),
  job("crème", { prompt: "a cre\u0300me ＡＰＰＬＥ pie", negativePrompt: "cat" }, { createdAt: 0 }),
];

const sight = {
  labels: [{ label: "unknown", labelZh: "未知", score: 0.9 }],
  things: [
    { label: "owl", labelZh: "猫头鹰", score: 0.8, box: { left: 0, top: 0, width: 9, height: 9 } },
    { label: "duck", labelZh: "鸭子", score: 0.4, box: { left: 0, top: 0, width: 9, height: 9 } },
  ],
  asked: [],
};
const seen = job("seen", { prompt: "a bird" }, { sight });

const food = job("food", { prompt: "一根香蕉" }, { category: "food" });

const find = (query: Partial<Query>) => findJobs(jobs, { ...EVERYTHING, ...query }).map(({ id }) => id);

describe("search", () => {
  it.each<[string, string[]]>([
    ["", ["apple", "cat", "猫", "crème"]],
    ["apple", ["apple", "crème"]],
    ["apple red", ["apple"]],
    ['"red apple"', ["apple"]],
    ['"apple red"', []],
    ["katze", ["cat"]],
    ["背景", ["猫"]],
    ["crème", ["crème"]],
    ["apple -pie", ["apple"]],
    ["cat", ["crème"]],
    ["seed:4", ["apple", "猫", "crème"]],
    ["seed:42", ["cat"]],
    ["steps:20", ["cat"]],
    ["size:256x128", ["猫"]],
    ["size:256×128", ["猫"]],
    ["model:owner", ["猫"]],
    ["scheduler:ddim apple", ["apple", "crème"]],
    ["-", ["apple", "cat", "猫", "crème"]],
  ])("%o finds %o", (words, ids) => {
    expect(find({ words })).toEqual(ids);
  });

  it("filters by model, size, date, star and album, all at once", () => {
    expect(find({ model: "owner/other" })).toEqual(["猫"]);
    expect(find({ size: "256×128" })).toEqual(["猫"]);
    expect(find({ since: DAY, until: 3 * DAY })).toEqual(["cat", "猫"]);
    expect(find({ starred: true })).toEqual(["apple"]);
    expect(find({ albumId: "two" })).toEqual(["cat"]);
    expect(find({ albumId: "two", starred: true })).toEqual([]);
    expect(find({ until: 3 * DAY, words: "easel-mini" })).toEqual(["cat", "crème"]);
  });

  it("finds a changed job by its new words only", () => {
    const before = job("x", { prompt: "a boat" });
    expect(findJobs([before], { ...EVERYTHING, words: "boat" })).toHaveLength(1);
    const after = { ...before, request: { ...before.request, prompt: "a ship" } };
    expect(findJobs([after], { ...EVERYTHING, words: "boat" })).toHaveLength(0);
  });

  it("finds each of ten thousand by its own seed", () => {
    const many = Array.from({ length: 10_000 }, (_, seed) => job(String(seed), { seed }));
    for (const seed of [0, 7, 4_711, 9_999])
      expect(findJobs(many, { ...EVERYTHING, words: `seed:${seed}` }).map(({ id }) => id)).toEqual([
        String(seed),
      ]);
  });
});

describe("a picture is found by what is seen in it", () => {
  const found = (words: string): string[] =>
    findJobs([...jobs, seen], { ...EVERYTHING, words }).map(({ id }) => id);
  it.each(["owl", "猫头鹰"])("%s", (words) => expect(found(words)).toEqual(["seen"]));
  it("not by what is a guess", () => expect(found("duck")).toEqual([]));
  it("not by what is unknown", () => expect(found("unknown")).toEqual([]));
});

describe("a picture is found by what it is about", () => {
  const found = (words: string): string[] =>
    findJobs([...jobs, food], { ...EVERYTHING, words }).map(({ id }) => id);
  it.each(["food", "食物", "about:food", "香蕉 about:food"])("%s", (words) =>
    expect(found(words)).toEqual(["food"]),
  );
  it("by the whole category alone", () => expect(found("about:foo")).toEqual([]));
});
