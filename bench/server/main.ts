/**
 * `npm run bench:server`: submissions, starts and streams, side by side with a usual Python stack on the same Postgres,
 * and on the embedded database; and what is in pictures, beside one that keeps no queue. Ends with 1 where an allowed
 * value is missed.
 */
import { startPostgres } from "../../server/tests/true-postgres.ts";
import { startOurs, type EaselStack } from "./easel-stack.ts";
import { memoryOfStreams } from "./event-streams.ts";
import { percentile, startTimes, steadySubmissions, submissions, type Throughput } from "./load.ts";
import { startPeer } from "./peer-stack.ts";
import { seenAtMost, seenSteadily, type SeenLoad } from "./picture-load.ts";
import { startOurEyes, startPeerEyes, type SeeingStack } from "./seeing-stacks.ts";
import type { Stack } from "./stack.ts";

const SECONDS = 10;
/** Turn about, so that a machine that slows down slows both. */
const ROUNDS = 3;
const STARTS = { perSecond: 20, seconds: 15 };
const STEADY = { perSecond: 50, seconds: 60 };
const STREAMS = 1000;
const CONNECTIONS = [1, 8, 32] as const;
const SEEN_STEADILY = { perSecond: 80, seconds: 15 };
const ALLOWED_SEEING = { ratio: 1.5, p95Milliseconds: 800 };
const ALLOWED = { ratio: 2, startMilliseconds: 20, steadyP99Milliseconds: 100, streamBytes: 150e6 };

let kept = true;

/** Prints a figure with what is allowed, and remembers a missed one. */
function figure(name: string, value: string, allowed: string, isKept: boolean): void {
  console.log(`  ${name.padEnd(52)} ${value.padStart(12)}   (${allowed})${isKept ? "" : "   MISSED"}`);
  kept &&= isKept;
}

const plain = (name: string, value: string) => console.log(`  ${name.padEnd(52)} ${value.padStart(12)}`);
const milliseconds = (value: number) => `${value.toFixed(1)} ms`;
const median = (values: readonly number[]) => percentile(values, 0.5);

/** The median round's rate, the worst p99. */
function summary(rounds: readonly Throughput[]): Throughput {
  return {
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
    p99Milliseconds: Math.max(...rounds.map(({ p99Milliseconds }) => p99Milliseconds)),
    failed: rounds.reduce((sum, { failed }) => sum + failed, 0),
  };
}

function printThroughput(stack: Stack, told: Throughput): void {
  console.log(`${stack.name}: submissions at 50 connections, ${ROUNDS} times ${SECONDS} s`);
  plain("submissions a second (median)", told.perSecond.toFixed(0));
  plain("p99 (the worst)", milliseconds(told.p99Milliseconds));
  figure("not answered with 201", String(told.failed), "none", told.failed === 0);
}

async function printStarts(stack: Stack, isOurs: boolean): Promise<void> {
  const times = await startTimes(stack, STARTS.perSecond, STARTS.seconds);
  console.log(`${stack.name}: from submission to a worker's start, ${STARTS.perSecond} a second`);
  const p50 = percentile(times, 0.5);
  if (isOurs) {
    const { startMilliseconds } = ALLOWED;
    figure("p50", milliseconds(p50), `at most ${startMilliseconds} ms`, p50 <= startMilliseconds);
  } else plain("p50", milliseconds(p50));
  plain("p99", milliseconds(percentile(times, 0.99)));
}

/** Each stack is alone while it is measured; its rounds alternate with the other's. */
async function onPostgres(): Promise<void> {
  const database = await startPostgres({ durable: true });
  const peer = await startPeer(database.url);
  const ours = await startOurs("Easel on Postgres", database.url);
  try {
    const stacks = [ours, ...(peer === undefined ? [] : [peer])];
    for (const stack of stacks) await submissions(stack, 3);
    const rounds = stacks.map((): Throughput[] => []);
    for (let round = 0; round < ROUNDS; round++)
      for (const [index, stack] of stacks.entries()) rounds[index]?.push(await submissions(stack, SECONDS));
    const [own, others] = rounds.map(summary);
    stacks.forEach((stack, index) => printThroughput(stack, summary(rounds[index] ?? [])));
    if (own !== undefined && others !== undefined) {
      const ratio = own.perSecond / others.perSecond;
      figure("submissions a second, ours / theirs", ratio.toFixed(2), "at least 2", ratio >= ALLOWED.ratio);
    }
  } finally {
    await ours.close();
    await peer?.close();
    await database.close();
  }
}

/** A fresh database: no backlog stands before the first start. */
async function startsOnPostgres(): Promise<void> {
  const database = await startPostgres({ durable: true });
  const start = {
    ours: () => startOurs("Easel on Postgres", database.url),
    peer: () => startPeer(database.url),
  };
  try {
    for (const [whose, begin] of Object.entries(start)) {
      const stack = await begin();
      if (stack === undefined) continue;
      await printStarts(stack, whose === "ours").finally(() => stack.close());
    }
  } finally {
    await database.close();
  }
}

async function onEmbedded(measure: (stack: EaselStack) => Promise<void>): Promise<void> {
  const stack = await startOurs("Easel on the embedded database");
  await measure(stack).finally(() => stack.close());
}

async function steady(stack: EaselStack): Promise<void> {
  await submissions(stack, 3);
  const told = await steadySubmissions(stack, STEADY.perSecond, STEADY.seconds);
  console.log(`${stack.name}: ${STEADY.perSecond} submissions a second for ${STEADY.seconds} s`);
  figure("not answered with 201", String(told.failed), "none", told.failed === 0);
  const all = STEADY.perSecond * 0.98;
  figure("answered a second", told.perSecond.toFixed(1), `at least ${all}`, told.perSecond >= all);
  const { steadyP99Milliseconds } = ALLOWED;
  const { p99Milliseconds } = told;
  figure(
    "p99",
    milliseconds(p99Milliseconds),
    `below ${steadyP99Milliseconds} ms`,
    p99Milliseconds < steadyP99Milliseconds,
  );
}

async function streams(stack: EaselStack): Promise<void> {
  const grown = await memoryOfStreams(stack, STREAMS);
  console.log(`${stack.name}: ${STREAMS} open event streams`);
  const megabytes = `${Math.round(grown / 1e6)} MB`;
  figure("growth of the API's memory", megabytes, "below 150 MB", grown < ALLOWED.streamBytes);
}

/** One after the other at each number of connections, so that a machine that slows down slows both. */
async function seeing(): Promise<void> {
  const database = await startPostgres({ durable: true });
  const stacks: SeeingStack[] = [];
  try {
    stacks.push(await startOurEyes("Easel on Postgres", database.url));
    const peer = await startPeerEyes();
    if (peer !== undefined) stacks.push(peer);
    for (const stack of stacks) await seenAtMost(stack, 8, 3);
    for (const connections of CONNECTIONS) {
      const [ours, theirs] = await seenByAll(stacks, connections);
      if (ours === undefined || theirs === undefined || connections < 32) continue;
      const ratio = ours.perSecond / theirs.perSecond;
      const { ratio: allowed } = ALLOWED_SEEING;
      figure("pictures a second, ours / theirs", ratio.toFixed(2), `at least ${allowed}`, ratio >= allowed);
    }
    for (const [index, stack] of stacks.entries()) await printSteadySeeing(stack, index === 0);
  } finally {
    for (const stack of stacks) await stack.close();
    await database.close();
  }
}

async function seenByAll(stacks: readonly SeeingStack[], connections: number): Promise<SeenLoad[]> {
  const all: SeenLoad[] = [];
  for (const stack of stacks) {
    const told = await seenAtMost(stack, connections, SECONDS);
    console.log(`${stack.name}: what is in pictures, at ${connections} connections, ${SECONDS} s`);
    plain("pictures a second", told.perSecond.toFixed(0));
    plain("p95", milliseconds(told.p95Milliseconds));
    figure("not answered with 200", String(told.failed), "none", told.failed === 0);
    all.push(told);
  }
  return all;
}

async function printSteadySeeing(stack: SeeingStack, isOurs: boolean): Promise<void> {
  const { perSecond, seconds } = SEEN_STEADILY;
  const told = await seenSteadily(stack, perSecond, seconds);
  console.log(`${stack.name}: ${perSecond} pictures a second for ${seconds} s`);
  const { p95Milliseconds: p95, failed } = told;
  const { p95Milliseconds: allowed } = ALLOWED_SEEING;
  if (isOurs) figure("p95", milliseconds(p95), `below ${allowed} ms`, p95 < allowed);
  else plain("p95", milliseconds(p95));
  if (isOurs) figure("not answered with 200", String(failed), "none", failed === 0);
  else plain("not answered with 200", String(failed));
}

const FIGURES: Readonly<Record<string, () => Promise<void>>> = {
  submissions: onPostgres,
  starts: startsOnPostgres,
  "embedded-submissions": () =>
    onEmbedded(async (stack) => {
      await submissions(stack, 3);
      const rounds: Throughput[] = [];
      for (let round = 0; round < ROUNDS; round++) rounds.push(await submissions(stack, SECONDS));
      printThroughput(stack, summary(rounds));
    }),
  "embedded-starts": () => onEmbedded((stack) => printStarts(stack, true)),
  steady: () => onEmbedded(steady),
  streams: () => onEmbedded(streams),
  seeing,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in FIGURES));
if (unknown.length > 0) {
  console.error(`Unknown figures: ${unknown.join(", ")}. There are: ${Object.keys(FIGURES).join(", ")}.`);
  process.exit(2);
}
for (const [name, measure] of Object.entries(FIGURES))
  if (wanted.length === 0 || wanted.includes(name)) await measure();
process.exitCode = kept ? 0 : 1;
