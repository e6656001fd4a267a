import type { Job } from "./database.ts";
import type { History } from "./history.ts";
import { searchTextOf } from "./search.ts";

/** What a first screen shows; read by itself, so that ten thousand pictures open as quickly as ten. */
const FIRST = 60;
/** Reading as many rows as this takes a few milliseconds: nobody's scrolling waits for it. */
const PART = 200;
/** Milliseconds after which the rest is read even where the newest have not been shown. */
const PATIENCE = 1_500;

/**
 * Tells all jobs that are not deleted, newest first: soon the newest, then, once the page has shown them, whenever
 * twice as many have been read, then all, and then after each change, also by another tab. Each time a new array; a job
 * that did not change is the same object.
 * @param tell `complete`: nothing is left to read
 * @param shown resolves once the newest pictures are on the page: the database answers one after the other, and theirs
 *   would wait for all the others' rows
 * @returns how to stop
 */
export function followJobs(
  history: History,
  tell: (jobs: Job[], complete: boolean) => void,
  fail: (thrown: unknown) => void,
  shown: Promise<unknown> = Promise.resolve(),
): () => void {
  const jobs = new Map<string, Job>();
  /** Written while the rest was being read: what was read may be older. */
  const rewritten = new Set<string>();
  let complete = false;
  let stopped = false;

  const say = () => {
    if (stopped) return;
    tell(
      [...jobs.values()].sort((a, b) => b.createdAt - a.createdAt),
      complete,
    );
  };

  const unfollow = history.changes.listen((ids) => {
    if (!complete) for (const id of ids) rewritten.add(id);
    void history.jobs(ids).then((found) => {
      for (const [index, id] of ids.entries()) put(id, found[index]);
      say();
    }, fail);
  });

  function put(id: string, job: Job | undefined): void {
    if (job === undefined || job.deletedAt !== null) jobs.delete(id);
    else jobs.set(id, job);
  }

  async function read(): Promise<void> {
    const take = (found: readonly Job[]) => {
      for (const job of found) {
        if (rewritten.has(job.id)) continue;
        put(job.id, job);
        // Now, a part at a time: a search's first letter would wait for all of them.
        searchTextOf(job);
      }
    };
    take(await history.newest(FIRST));
    say();
    await Promise.race([shown.then(pageAtRest), patience()]);
    let told = jobs.size;
    const ids = (await history.ids()).filter((id) => !jobs.has(id));
    for (let at = 0; at < ids.length && !stopped; at += PART) {
      const found = await history.jobs(ids.slice(at, at + PART));
      take(found.filter((job) => job !== undefined));
      if (jobs.size < 2 * told) continue;
      told = jobs.size;
      say();
    }
    complete = true;
    rewritten.clear();
    say();
  }

  read().catch(fail);
  return () => {
    stopped = true;
    unfollow();
  };
}

function patience(): Promise<unknown> {
  return new Promise((resolve) => setTimeout(resolve, PATIENCE));
}

function pageAtRest(): Promise<unknown> {
  return new Promise((resolve) => {
    // Safari has no such callback.
    if ("requestIdleCallback" in globalThis) requestIdleCallback(resolve, { timeout: PATIENCE });
    else setTimeout(resolve, PATIENCE / 15);
  });
}
