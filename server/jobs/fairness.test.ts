import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestDatabase } from "../tests/embedded-database.ts";
import { ScriptedWorker } from "../tests/scripted-worker.ts";
import { TestServer, type OwnerClient } from "../tests/test-server.ts";
import { startPostgres } from "../tests/true-postgres.ts";
import { pass, until } from "../tests/until.ts";
import { etaSeconds } from "./queue-position.ts";
import { FairTags } from "./submit.ts";

/** A linear congruential generator (Numerical Recipes' constants): the same run for the same seed. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

interface SimulatedJob {
  owner: string;
  tag: number;
  /** Its owner had nothing waiting when it came. */
  first: boolean;
  /** Jobs of the owner with many that started since it came. */
  delayedBy: number;
}

const GREEDY = "the owner with many";

/** The queue's order by itself: tags as submissions get them, the smallest first, the older of equal ones. */
class SimulatedQueue {
  readonly waiting: SimulatedJob[] = [];
  readonly #lastTags = new Map<string, number>();
  #clock = 0;

  ask(owner: string): void {
    const known = new Map([[owner, this.#lastTags.get(owner) ?? 0]]);
    const tag = new FairTags(known, this.#clock).next(owner);
    this.#lastTags.set(owner, tag);
    const first = this.waiting.every((job) => job.owner !== owner);
    this.waiting.push({ owner, tag, first, delayedBy: 0 });
  }

  start(): SimulatedJob | undefined {
    let best: SimulatedJob | undefined;
    for (const job of this.waiting) if (best === undefined || job.tag < best.tag) best = job;
    if (best === undefined) return undefined;
    this.waiting.splice(this.waiting.indexOf(best), 1);
    this.#clock = Math.max(this.#clock, best.tag);
    if (best.owner === GREEDY) for (const job of this.waiting) job.delayedBy++;
    return best;
  }
}

test.each([1, 4])(
  "10,000 jobs on %i workers: 500 waiting ones of one owner delay another's first by one job a worker at most",
  (workers) => {
    const pick = random(7 + workers);
    const queue = new SimulatedQueue();
    let [asked, greedy, firsts, worst] = [0, 0, 0, 0];
    const ask = (owner: string) => {
      asked++;
      queue.ask(owner);
      if (owner === GREEDY) greedy++;
    };
    for (let job: SimulatedJob | undefined; asked < 10_000 || queue.waiting.length > 0;) {
      while (greedy < 500 && asked < 10_000) ask(GREEDY);
      if (asked < 10_000 && pick(3) > 0) ask(`owner ${pick(60)}`);
      job = queue.start();
      if (job?.owner === GREEDY) greedy--;
      else if (job?.first === true) {
        firsts++;
        worst = Math.max(worst, job.delayedBy);
      }
    }
    expect(firsts).toBeGreaterThan(1000);
    expect(worst).toBeLessThanOrEqual(workers);
  },
);

test("an estimate is when a worker will be free, and one picture more", () => {
  const each = { secondsEach: 10, hands: 2 };
  expect(etaSeconds(0, { ...each, running: [] })).toBe(10);
  expect(etaSeconds(1, { ...each, running: [4] })).toBe(16);
  expect(etaSeconds(2, { ...each, running: [4, 9] })).toBe(21);
  // One that takes longer than the others is over at any moment.
  expect(etaSeconds(3, { ...each, running: [30, 5] })).toBe(25);
  expect(etaSeconds(3, { secondsEach: undefined, hands: 2, running: [] })).toBeNull();
  expect(etaSeconds(3, { secondsEach: 10, hands: 0, running: [] })).toBeNull();
});

describe("on Postgres", () => {
  const WORKERS = 2;
  let database: TestDatabase;
  let server: TestServer;
  let greedy: OwnerClient;
  /** Both tests have the same: a worker that asks no more counts as live for a minute. */
  let workers: ScriptedWorker[];

  beforeAll(async () => {
    database = await startPostgres();
    server = await TestServer.start(database, { MAX_QUEUED_PER_OWNER: "500" });
    greedy = await server.owner();
    workers = Array.from({ length: WORKERS }, () => new ScriptedWorker(server));
  });
  afterAll(async () => {
    await server.close();
    await database.close();
  });

  test("estimated seconds are true to within 30 % on a steady queue", async () => {
    const EACH_MILLISECONDS = 500;
    const owner = await server.owner();
    const ids = await Promise.all(Array.from({ length: 20 }, () => owner.ask("a hat")));
    const finished = new Map<string, number>();
    const work = async (worker: ScriptedWorker) => {
      for (let claim = await worker.claim(); claim !== undefined; claim = await worker.claim()) {
        await pass(EACH_MILLISECONDS);
        await worker.finish(claim);
        finished.set(claim.jobId, performance.now());
      }
    };
    const begun = performance.now();
    const working = workers.map(work);
    await until("some are drawn", 60_000, () => Promise.resolve(finished.size >= 6));
    const [asked, drawn] = [performance.now(), finished.size];
    const told = await Promise.all(
      ids.map(async (id) => {
        const { eta_seconds: eta, status } = await owner.image(id);
        return { id, eta: Number(eta), waits: status === "queued", at: performance.now() };
      }),
    );
    await Promise.all(working);
    const waiting = told.filter(({ waits }) => waits);
    expect(waiting.length).toBeGreaterThanOrEqual(8);
    // An estimate says when a picture comes if the pace so far goes on. A busy machine's does not: its change is taken out.
    const paceSoFar = (asked - begun) / drawn;
    const paceThen = (Math.max(...finished.values()) - asked) / (ids.length - drawn);
    for (const { id, eta, at } of waiting) {
      const truly = (((finished.get(id) ?? Number.NaN) - at) / 1000) * (paceSoFar / paceThen);
      // Nobody knows how far those are that are being drawn: half a picture, beside the thirty hundredths.
      expect(Math.abs(eta - truly)).toBeLessThan(0.3 * truly + EACH_MILLISECONDS / 2000);
    }
  });

  test("200 waiting pictures of one owner delay another's first by one a worker at most", async () => {
    await Promise.all(Array.from({ length: 200 }, () => greedy.ask("one of many")));
    const started: string[] = [];
    let over = false;
    const refusal = { code: "invalid_output", message: "nothing is drawn here" } as const;
    const work = async (worker: ScriptedWorker) => {
      for (let claim = await worker.claim(); claim !== undefined && !over; claim = await worker.claim()) {
        started.push(claim.jobId);
        await worker.api.fail(claim.leaseId, refusal, false);
      }
    };
    const delays: number[] = [];
    const ask = async () => {
      for (const moment of [5, 20, 40]) {
        await until(`${moment} are started`, 60_000, () => Promise.resolve(started.length >= moment));
        const id = await (await server.owner()).ask("the only one");
        const before = started.length;
        await until("it is started", 60_000, () => Promise.resolve(started.includes(id)));
        delays.push(started.indexOf(id) - before);
      }
      over = true;
    };
    await Promise.all([...workers.map(work), ask()]);
    expect(delays).toHaveLength(3);
    expect(Math.max(...delays)).toBeLessThanOrEqual(WORKERS);
  });
});
