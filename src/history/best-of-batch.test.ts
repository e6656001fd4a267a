import { expect, test } from "vitest";
import { bestOfBatches } from "./best-of-batch.ts";
import { newJob, type Job } from "./database.ts";

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

/** @param score how surely the owl is seen; null: the picture was not looked at */
function picture(id: string, batchId: string | undefined, score: number | null): Job {
  const asked = [{ label: "owl", labelZh: "猫头鹰", score: score ?? 0 }];
  return {
    ...newJob(id, { ...request, ...(batchId === undefined ? {} : { batchId }) }, "auto"),
    ...(score === null ? {} : { sight: { labels: [], things: [], asked } }),
  };
}

test.each<[string, Job[], string[]]>([
  ["the best of a batch", [picture("a", "x", 0.6), picture("b", "x", 0.9), picture("c", "x", 0.1)], ["b"]],
  ["each batch's own", [picture("a", "x", 0.9), picture("b", "x", 0.2), picture("c", "y", 0.8)], ["a"]],
  ["none that is alone", [picture("a", undefined, 0.9), picture("b", undefined, 0.1)], []],
  ["none where all are alike", [picture("a", "x", 0.93), picture("b", "x", 0.95)], []],
  ["none where none shows it", [picture("a", "x", 0.3), picture("b", "x", 0.01)], []],
  ["none while only one was looked at", [picture("a", "x", 0.9), picture("b", "x", null)], []],
])("%s is marked", (_, jobs, ids) => expect([...bestOfBatches(jobs)]).toEqual(ids));
