import { expect, test } from "vitest";
import { WakeHub } from "./wake.ts";

const HOUR = 3_600_000;
const never = new AbortController().signal;

/** Claims that wait, and the order in which they were woken. */
function waiting(hub: WakeHub, claims: Record<string, { models: string[]; signal?: AbortSignal }>) {
  const woken: string[] = [];
  const over = Object.entries(claims).map(([name, { models, signal }]) =>
    hub.untilJob(models, hub.jobs, HOUR, signal ?? never).then((model) => woken.push(`${name} ${model}`)),
  );
  return { woken, over };
}

test("a job that comes while a claim looks is not slept through", async () => {
  const hub = new WakeHub();
  const before = hub.jobs;
  hub.jobsReady("a", 1);
  expect(await hub.untilJob(["a"], before, HOUR, never)).toBeUndefined();
});

test("each new job wakes one claim that can draw it: the one that has waited longest", async () => {
  const hub = new WakeHub();
  const { woken, over } = waiting(hub, {
    first: { models: ["a"] },
    other: { models: ["b"] },
    both: { models: ["b", "a"] },
    last: { models: ["a"] },
  });
  hub.jobsReady("a", 1);
  await over[0];
  expect(woken).toEqual(["first a"]);
  hub.jobsReady("a", 1);
  await over[2];
  expect(woken).toEqual(["first a", "both a"]);
  hub.jobsReady("b", 5);
  await over[1];
  hub.anyJobReady();
  await Promise.all(over);
  expect(woken).toEqual(["first a", "both a", "other b", "last undefined"]);
});

test("a claim that was called off is not woken: the next one is", async () => {
  const hub = new WakeHub();
  const abort = new AbortController();
  const { woken, over } = waiting(hub, {
    gone: { models: ["a"], signal: abort.signal },
    here: { models: ["a"] },
  });
  abort.abort();
  hub.jobsReady("a", 1);
  await Promise.all(over);
  expect(woken).toEqual(["gone undefined", "here a"]);
});
