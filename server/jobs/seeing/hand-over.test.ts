import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { SeeingOutcomeWire } from "../../../src/contracts/seeing-worker-routes.ts";
import { WakeHub } from "../wake.ts";
import { HandOver, type Question } from "./hand-over.ts";

const MODEL = { task: "text-classification", digest: "d".repeat(64) } as const;
const OTHER = { ...MODEL, digest: "e".repeat(64) };
const LEASE = 15_000;

let handOver: HandOver;
let hub: WakeHub;

beforeEach(() => {
  vi.useFakeTimers();
  hub = new WakeHub();
  handOver = new HandOver(hub);
});
afterEach(() => {
  vi.useRealTimers();
});

const question = (text: string, more: Partial<Question> = {}): Question => ({
  ...{ id: randomUUID(), ownerId: "an owner", model: MODEL, input: { text }, resultKey: null },
  ...more,
});
const never = new AbortController().signal;
const ask = (text: string, over = never, more: Partial<Question> = {}) =>
  handOver.ask(question(text, more), [over, never], 30_000);
const textsOf = (batch: ReturnType<HandOver["take"]>) =>
  batch?.questions.map(({ input }) => ("text" in input ? input.text : "a picture"));
const seenAs = (label: string) => [{ label, label_zh: null, score: 1 }];
function finish(batch: NonNullable<ReturnType<HandOver["take"]>>, label = "food"): boolean {
  const outcomes = batch.questions.map(({ id }): SeeingOutcomeWire => ({ id, seen: seenAs(label) }));
  const answered = handOver.complete(batch.leaseId, outcomes);
  for (const { tell } of answered ?? []) tell();
  return answered !== undefined;
}

describe("what is asked while a worker claims here", () => {
  let leave: () => void;
  beforeEach(() => {
    leave = handOver.enter([MODEL]);
  });

  test("wakes the claim, is taken oldest first by as many as it takes, and is answered", async () => {
    const woken = hub.untilJob(["text-classification " + MODEL.digest], hub.jobs, 1000, never);
    const asked = ["1", "2", "3"].map((text) => ask(text));
    expect(await woken).toBe("text-classification " + MODEL.digest);
    expect(handOver.has([MODEL], 3)).toBe(true);
    const batch = handOver.take([MODEL], 2)!;
    expect(textsOf(batch)).toEqual(["1", "2"]);
    expect(handOver.take([OTHER], 8)).toBeUndefined();
    const rest = handOver.take([MODEL], 8)!;
    finish(rest, "travel");
    finish(batch);
    expect(await Promise.all(asked)).toEqual(
      ["food", "food", "travel"].map((label) => ({ seen: seenAs(label) })),
    );
    expect([handOver.count, handOver.countOf("an owner")]).toEqual([0, 0]);
  });

  test("of two models is taken oldest first, and no more in all than the worker takes", () => {
    const leaveOther = handOver.enter([OTHER]);
    for (const [text, model] of [
      ["1", MODEL],
      ["2", OTHER],
      ["3", MODEL],
      ["4", OTHER],
    ] as const) {
      void ask(text, never, { model });
      vi.advanceTimersByTime(1);
    }
    expect(textsOf(handOver.take([MODEL, OTHER], 3))).toEqual(["1", "2", "3"]);
    expect(textsOf(handOver.take([MODEL, OTHER], 3))).toEqual(["4"]);
    leaveOther();
  });

  test("is another worker's once the first one's lease has lapsed; the first one's answer is refused", async () => {
    const asked = ask("fenced");
    const late = handOver.take([MODEL], 8)!;
    vi.advanceTimersByTime(LEASE - 1);
    expect(handOver.take([MODEL], 8)).toBeUndefined();
    vi.advanceTimersByTime(1);
    const batch = handOver.take([MODEL], 8)!;
    expect(textsOf(batch)).toEqual(["fenced"]);
    expect(finish(late, "flags")).toBe(false);
    expect(finish(batch, "nature")).toBe(true);
    expect(await asked).toEqual({ seen: seenAs("nature") });
  });

  test("goes back where an answer leaves it out, before what came later", () => {
    void ask("left out");
    const batch = handOver.take([MODEL], 1)!;
    void ask("later");
    expect(handOver.complete(batch.leaseId, [])).toEqual([]);
    expect(textsOf(handOver.take([MODEL], 8))).toEqual(["left out", "later"]);
  });

  test("is nobody's once its request went away: not taken, not given back, and a late answer is harmless", async () => {
    const [before, during] = [new AbortController(), new AbortController()];
    const asked = [ask("before", before.signal), ask("during", during.signal)];
    before.abort();
    const batch = handOver.take([MODEL], 8)!;
    expect(textsOf(batch)).toEqual(["during"]);
    during.abort();
    expect(await Promise.all(asked)).toEqual(["gone", "gone"]);
    expect(handOver.count).toBe(0);
    expect(finish(batch)).toBe(true);

    const again = new AbortController();
    void ask("again", again.signal);
    const { leaseId } = handOver.take([MODEL], 8)!;
    again.abort();
    handOver.giveBack(leaseId);
    expect(handOver.has([MODEL])).toBe(false);
    expect(await ask("too late", again.signal)).toBe("gone");
  });

  test("is nobody's once its time is over", async () => {
    const asked = ask("unanswered");
    const batch = handOver.take([MODEL], 8)!;
    vi.advanceTimersByTime(30_000);
    expect(await asked).toBe("gone");
    expect(handOver.has([MODEL])).toBe(false);
    expect(finish(batch)).toBe(false);
  });

  test("waits for a worker that has a batch, and is let go when none comes for two seconds, or half of one", async () => {
    const told: unknown[] = [];
    const wait = (text: string) => void ask(text).then((answer) => told.push([text, answer]));
    void ask("taken");
    wait("while it is busy");
    const batch = handOver.take([MODEL], 1)!;
    leave();
    await vi.advanceTimersByTimeAsync(1900);
    // Another claim comes and goes with something else.
    handOver.enter([MODEL])();
    await vi.advanceTimersByTimeAsync(1900);
    expect(told).toEqual([]);
    await vi.advanceTimersByTimeAsync(300);
    expect(told).toEqual([["while it is busy", "nobody"]]);
    // What is under way is not asked anywhere else.
    expect(finish(batch)).toBe(true);
    wait("after it");
    await vi.advanceTimersByTimeAsync(450);
    expect(told).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(told.slice(1)).toEqual([["after it", "nobody"]]);
    expect(handOver.isExpected(MODEL)).toBe(false);
  });

  test("a batch fills up while another is under way, until it is full or that one ends; alone it is taken at once", async () => {
    const told: string[] = [];
    const gather = (name: string, most: number, signal = never) =>
      handOver.gather([MODEL], most, 10, signal).then(() => told.push(name));
    const soon = () => vi.advanceTimersByTimeAsync(0);
    void ask("first");
    await gather("nothing is under way", 2);
    const first = handOver.take([MODEL], 2)!;

    void ask("second");
    void gather("until it is full", 2);
    await soon();
    expect(told).toEqual(["nothing is under way"]);
    void ask("third");
    await soon();
    expect(told.slice(1)).toEqual(["until it is full"]);

    void gather("until the other ends", 3);
    await soon();
    expect(told).toHaveLength(2);
    finish(first);
    await soon();
    expect(told.slice(2)).toEqual(["until the other ends"]);

    const second = handOver.take([MODEL], 1)!;
    const stopped = new AbortController();
    void gather("until it is stopped", 2, stopped.signal);
    void gather("as long as it may", 2);
    await vi.advanceTimersByTimeAsync(9);
    stopped.abort();
    await soon();
    expect(told.slice(3)).toEqual(["until it is stopped"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(told.slice(4)).toEqual(["as long as it may"]);
    finish(second);
  });

  test("of pictures no more are held than memory is meant for, and a batch has at most 16 MiB", async () => {
    const picture = (megabytes: number) => ({
      input: { bytes: new Uint8Array(megabytes * 1024 * 1024), contentType: "image/png", labels: 5 },
    });
    for (const megabytes of [10, 10, 10, 10, 10, 10]) void ask("", never, picture(megabytes));
    expect(await ask("", never, picture(5))).toBe("nobody");
    expect(handOver.count).toBe(6);
    expect(handOver.take([MODEL], 8)?.questions).toHaveLength(1);
    void ask("", never, picture(4));
    const last = [1, 2, 3, 4, 5].map(() => handOver.take([MODEL], 8)?.questions.length);
    expect(last).toEqual([1, 1, 1, 1, 2]);
  });

  test("a picture that is larger than a batch may be is taken alone", () => {
    const large = { input: { bytes: new Uint8Array(17 * 1024 * 1024), contentType: "image/png", labels: 5 } };
    void ask("", never, large);
    void ask("after it");
    expect(textsOf(handOver.take([MODEL], 8))).toEqual(["a picture"]);
    expect(textsOf(handOver.take([MODEL], 8))).toEqual(["after it"]);
  });
});

test("where no worker claims, nothing waits", async () => {
  expect(await ask("for whom?")).toBe("nobody");
  const leave = handOver.enter([OTHER]);
  expect(await ask("for whom?")).toBe("nobody");
  leave();
});

test("a claim looks at the table after news, and now and then", () => {
  expect(handOver.isTableDue(["a"], 0)).toBe(true);
  expect([handOver.isTableDue(["a"], 0), handOver.isTableDue(["b"], 0)]).toEqual([false, true]);
  expect([handOver.isTableDue(["a"], 1), handOver.isTableDue(["a"], 1)]).toEqual([true, false]);
  handOver.tableHasMore(["a"]);
  expect([handOver.isTableDue(["a"], 1), handOver.isTableDue(["a"], 1)]).toEqual([true, false]);
  vi.advanceTimersByTime(1000);
  expect(handOver.isTableDue(["a"], 1)).toBe(true);
});
