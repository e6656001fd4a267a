import type { CDPSession, Page } from "playwright";

/** What a thread did in one go. */
export interface Task {
  /** Of the processor, not of the clock: waiting for other processes does not count. */
  milliseconds: number;
  /** What took most of it, as the trace calls it. */
  mostly: string;
}

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** Microseconds. */
  ts: number;
  dur?: number;
  tdur?: number;
  args?: { name?: string; data?: { url?: string; functionName?: string } };
}

const TASK = "RunTask";

/** The tasks of pages' main threads while `work` went on, the longest first. */
export async function longestTasks(page: Page, work: () => Promise<void>): Promise<Task[]> {
  const session = await page.context().newCDPSession(page);
  await session.send("Tracing.start", {
    transferMode: "ReturnAsStream",
    traceConfig: {
      recordMode: "recordAsMuchAsPossible",
      includedCategories: ["devtools.timeline", "disabled-by-default-devtools.timeline", "v8"],
    },
  });
  await work();
  const complete = new Promise<string>((resolve) => {
    session.once("Tracing.tracingComplete", ({ stream = "" }) => resolve(stream));
  });
  await session.send("Tracing.end");
  const stream = await complete;
  const { traceEvents } = JSON.parse(await readStream(session, stream)) as { traceEvents: TraceEvent[] };
  return tasksOf(traceEvents);
}

async function readStream(session: CDPSession, handle: string): Promise<string> {
  const pieces: Buffer[] = [];
  for (;;) {
    const { data, eof, base64Encoded } = await session.send("IO.read", { handle });
    pieces.push(Buffer.from(data, base64Encoded === true ? "base64" : "utf8"));
    if (eof) return Buffer.concat(pieces).toString();
  }
}

function tasksOf(events: readonly TraceEvent[]): Task[] {
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const isMain = ({ name, args }: TraceEvent) => name === "thread_name" && args?.name === "CrRendererMain";
  const main = new Set(events.filter(isMain).map(threadOf));
  const here = events.filter((event) => event.ph === "X" && main.has(threadOf(event)));
  const tasks = here.filter(({ name, tdur }) => name === TASK && tdur !== undefined);
  if (tasks.length === 0) throw new Error("The trace tells no task of a page with its processor time.");
  const longest = tasks.sort((a, b) => (b.tdur ?? 0) - (a.tdur ?? 0)).slice(0, 20);
  return longest.map((task) => ({ milliseconds: (task.tdur ?? 0) / 1000, mostly: mostlyIn(task, here) }));
}

/** The parts of a task that took more than a third of it, from the outermost. */
function mostlyIn(task: TraceEvent, events: readonly TraceEvent[]): string {
  const { tid, pid, ts, dur = 0, tdur = 0 } = task;
  const within = events.filter(
    (event) =>
      event !== task &&
      event.pid === pid &&
      event.tid === tid &&
      event.ts >= ts &&
      event.ts <= ts + dur &&
      (event.tdur ?? 0) > tdur / 3,
  );
  return within.map(calledIn).join(" > ");
}

function calledIn({ name, args }: TraceEvent): string {
  const { functionName, url } = args?.data ?? {};
  const where = [functionName, url].filter((part) => part !== undefined && part !== "").join(" ");
  return where === "" ? name : `${name} (${where})`;
}
