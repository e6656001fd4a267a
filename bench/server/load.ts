import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { pass, until } from "../../server/tests/until.ts";
import { SUBMISSION, SUBMISSIONS, type Stack } from "./stack.ts";

export interface Throughput {
  perSecond: number;
  p99Milliseconds: number;
  /** Anything but 201. */
  failed: number;
}

interface Report {
  "2xx": number;
  non2xx: number;
  errors: number;
  timeouts: number;
  duration: number;
  latency: { p99: number };
}

/** As many submissions as 50 connections can make, by autocannon in a process of its own. */
export async function submissions(stack: Stack, seconds: number): Promise<Throughput> {
  const headers = Object.entries({ ...(await stack.headers()), "content-type": "application/json" });
  const args = [
    ...["--json", "--connections", "50", "--duration", String(seconds), "--method", "POST"],
    ...headers.flatMap(([name, value]) => ["--headers", `${name}=${value}`]),
    ...["--body", JSON.stringify(SUBMISSION)],
    `${stack.url}${SUBMISSIONS}`,
  ];
  const child = spawn(process.execPath, [resolve("node_modules/autocannon/autocannon.js"), ...args], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += String(chunk)));
  await once(child, "close");
  const report = JSON.parse(output) as Report;
  return {
    perSecond: report["2xx"] / report.duration,
    p99Milliseconds: report.latency.p99,
    failed: report.non2xx + report.errors + report.timeouts,
  };
}

/** Submissions at an even pace, whose times count from when they were due. */
export async function steadySubmissions(
  stack: Stack,
  perSecond: number,
  seconds: number,
): Promise<Throughput> {
  const headers = { ...(await stack.headers()), "content-type": "application/json" };
  const body = JSON.stringify(SUBMISSION);
  const times: number[] = [];
  const begin = performance.now();
  await atEvenPace(perSecond, seconds, async (due) => {
    const reply = await fetch(`${stack.url}${SUBMISSIONS}`, { method: "POST", headers, body });
    await reply.arrayBuffer();
    if (reply.status === 201) times.push(performance.now() - due);
  });
  return {
    perSecond: times.length / ((performance.now() - begin) / 1000),
    p99Milliseconds: percentile(times, 0.99),
    failed: perSecond * seconds - times.length,
  };
}

/** Does a task so often a second without waiting for the one before; resolves when all are done. */
export async function atEvenPace(
  perSecond: number,
  seconds: number,
  task: (due: number) => Promise<void>,
): Promise<void> {
  const begin = performance.now();
  const all: Promise<void>[] = [];
  for (let index = 0; index < perSecond * seconds; index++) {
    const due = begin + (index * 1000) / perSecond;
    await pass(Math.max(0, due - performance.now()));
    all.push(task(due));
  }
  await Promise.all(all);
}

/** Milliseconds from a submission's first byte to a worker's start, at an even pace. */
export async function startTimes(stack: Stack, perSecond: number, seconds: number): Promise<number[]> {
  const workers = await stack.startWorkers();
  const headers = { ...(await stack.headers()), "content-type": "application/json" };
  const sent = new Map<string, number>();
  const submit = async () => {
    const at = performance.timeOrigin + performance.now();
    const body = JSON.stringify(SUBMISSION);
    const reply = await fetch(`${stack.url}${SUBMISSIONS}`, { method: "POST", headers, body });
    if (reply.status !== 201) throw new Error(`${stack.name} answered a submission with ${reply.status}.`);
    sent.set(((await reply.json()) as { id: string }).id, at);
  };
  const started = async (job: string) =>
    until("a worker starts the first job", 30_000, async () => (await workers.starts()).has(job));
  await submit();
  await started([...sent.keys()][0] ?? "");
  sent.clear();

  await atEvenPace(perSecond, seconds, submit);
  const starts = await until("every job is started", 30_000, async () => {
    const all = await workers.starts();
    return [...sent.keys()].every((job) => all.has(job)) && all;
  });
  return [...sent].map(([job, at]) => (starts.get(job) ?? Number.NaN) - at);
}

/** The value below which a share of the values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
