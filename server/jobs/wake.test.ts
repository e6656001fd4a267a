import { expect, test } from "vitest";
import { WakeHub } from "./wake.ts";

const HOUR = 3_600_000;
const never = new AbortController().signal;

test("a job that comes while a claim looks is not slept through", async () => {
  const hub = new WakeHub();
  const before = hub.jobs;
  hub.jobReady();
  await hub.untilJob(before, HOUR, never);
});

test("a claim sleeps until the next job, or until it is called off", async () => {
  const hub = new WakeHub();
  let woken = 0;
  const wait = (signal: AbortSignal) => hub.untilJob(hub.jobs, HOUR, signal).then(() => void woken++);
  const first = wait(never);
  await Promise.resolve();
  expect(woken).toBe(0);
  hub.jobReady();
  await first;
  const abort = new AbortController();
  const second = wait(abort.signal);
  abort.abort();
  await second;
  expect(woken).toBe(2);
});
