import fc from "fast-check";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import type { Fault } from "../../e2e/hub/faults.ts";
import {
  answered,
  byteCounts,
  control,
  emptyStore,
  failNext,
  generatedModel,
  LibraryTab,
  partNames,
  resetHub,
  verifiedFiles,
} from "./tests/library-tab.ts";

const ID = "test/model";
/** As in hurried-library.ts. */
const CHUNK = 64 * 1024;

/** Milliseconds after which a held connection is made anew. */
const SILENCE = 1_000;

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constant("cut" as const), after: fc.integer({ min: 0, max: 300_000 }) }),
  fc.record({ kind: fc.constant("hold" as const), after: fc.integer({ min: 0, max: 300_000 }) }),
  fc.record({ kind: fc.constant("length" as const), change: fc.integer({ min: -5_000, max: 5_000 }) }),
  fc.record({ kind: fc.constant("silent_length" as const), change: fc.integer({ min: -5_000, max: 5_000 }) }),
  fc.record({
    kind: fc.constant("status" as const),
    status: fc.constantFrom(401, 404, 408, 429, 500, 503),
    retryAfterSeconds: fc.constantFrom(undefined, 0),
  }),
  fc.record({ kind: fc.constant("page" as const), typed: fc.boolean() }),
  fc.record({
    kind: fc.constant("drip" as const),
    bytes: fc.integer({ min: 5_000, max: 50_000 }),
    milliseconds: fc.integer({ min: 1, max: 5 }),
  }),
  fc.constantFrom<Fault>({ kind: "alter" }, { kind: "no_ranges" }, { kind: "redirect" }, { kind: "change" }),
);

/** What the user or the machine does in the meantime. */
type Act = { do: "kill" | "pause" | "cancel" | "wait"; afterBytes: number };

const act: fc.Arbitrary<Act> = fc.record({
  do: fc.constantFrom("kill" as const, "kill" as const, "pause" as const, "cancel" as const, "wait" as const),
  afterBytes: fc.integer({ min: 0, max: 500_000 }),
});

const scenario = fc.record({
  files: fc.array(
    fc.record({
      size: fc.integer({ min: 1, max: 400_000 }),
      published: fc.boolean(),
      faults: fc.array(fault, { maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  acts: fc.array(act, { maxLength: 4 }),
});

let tab: LibraryTab;

beforeEach(async () => {
  await emptyStore();
});
afterEach(() => tab.kill());

test("R26 whatever faults, reloads and kills: the store ends whole and verified, or absent, and little comes twice", async () => {
  const seed = Date.now() % 2 ** 31;
  const runs = inject("soak") ? 400 : 12;
  console.log(`store property: seed ${seed}, ${runs} runs`);
  await fc.assert(fc.asyncProperty(scenario, holds), { seed, numRuns: runs, endOnFailure: !inject("soak") });
});

async function holds({
  files,
  acts,
}: typeof scenario extends fc.Arbitrary<infer S> ? S : never): Promise<void> {
  tab?.kill();
  await emptyStore();
  await resetHub(1);
  const generated = files.map(({ size, published }, i) => ({ seed: i + 1, size, published }));
  const wanted = await generatedModel(ID, generated);
  for (const [i, file] of wanted.files.entries()) await failNext(file, ...files[i]!.faults);

  const counts = byteCounts();
  tab = await LibraryTab.open({ counts, silence: SILENCE });
  await tab.api.want(wanted);
  for (const { do: what, afterBytes } of acts) {
    await Promise.race([tab.reached(ID, afterBytes), tab.settled(ID)]);
    if (what === "kill") {
      tab.kill();
      tab = await LibraryTab.open({ counts, silence: SILENCE });
    }
    if (what === "pause") await tab.api.pause(ID);
    if (what === "cancel") await tab.api.cancel(ID);
    // At every moment: what counts is right.
    await verifiedFiles();
    if (what === "pause") await tab.api.resume(ID);
    if (what === "cancel") await tab.api.want(wanted);
  }
  await getThrough(files.length * 5);

  const state = await tab.whereabouts(ID);
  const here = await verifiedFiles();
  if (state.place === "installed") {
    expect(new Set(state.manifest.files.map(({ sha256 }) => sha256))).toEqual(new Set(here));
    expect(await partNames()).toEqual([]);
    expect(state.manifest.files.map(({ size }) => size)).toEqual(files.map(({ size }) => size));
  } else {
    // A file that changed for good is not the one that was announced, and never will be.
    expect(files.some(({ published, faults }) => published && faults.some((f) => f.kind === "change"))).toBe(
      true,
    );
    await tab.api.cancel(ID);
    await expect.poll(verifiedFiles).toEqual([]);
  }
  await expectLittleTwice(
    wanted.files.map(({ url, size }, i) => ({ url, size, faults: files[i]!.faults, came: counts[i + 1]! })),
    acts,
    // A tab may be killed between a read and the checkpoint before its write.
    CHUNK + counts[0]!,
  );
}

/** Goes on until the model is installed; each try uses up faults, of which there are no more than `most`. */
async function getThrough(most: number): Promise<void> {
  for (let tries = 0; tries <= most; tries++) {
    const state = await tab.settled(ID);
    if (state.place === "installed") return;
    await tab.api.resume(ID);
  }
}

async function expectLittleTwice(
  files: readonly { url: string; size: number; faults: readonly Fault[]; came: number }[],
  acts: readonly Act[],
  atMost: number,
): Promise<void> {
  const log = await answered();
  for (const { url, size, faults, came } of files) {
    const path = new URL(url).pathname;
    const { left } = await control<{ left: Record<string, number> }>("log");
    const used = faults.slice(0, faults.length - (left[path] ?? 0));
    const answers = log.filter((one) => one.path === path && one.method === "GET");
    // These make the whole file come again, as they must: nothing that came before can be used.
    const restarts = used.filter(
      ({ kind }) => !["cut", "hold", "drip", "redirect", "status"].includes(kind),
    ).length;
    const cancels = acts.filter((one) => one.do === "cancel").length;
    if (restarts + cancels > 0) continue;
    const interruptions = Math.max(0, answers.length - 1);
    expect(came - size, `${path} came twice`).toBeLessThanOrEqual(interruptions * atMost);
  }
}
