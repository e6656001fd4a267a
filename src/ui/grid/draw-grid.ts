import type { GenerationResult } from "../../contracts/progress.ts";
import type { GenerationRequest } from "../../contracts/request.ts";
import { completeRequest } from "../../core/request/complete-request.ts";
import type { GridCell } from "../../generation/grid/paint-grid.ts";
import { WHERE } from "../../generation/choose-place.ts";
import { newJob, type Job } from "../../history/database.ts";
import { newJobId } from "../../history/job-id.ts";
import { holdingJob } from "../../history/job-locks.ts";
import { m } from "../../paraglide/messages.js";
import { easel } from "../easel.ts";
import { gridPicture } from "./grid-picture.ts";
import { gridRequests, type GridPlan } from "./plan-grid.ts";
import type { RunningGrid } from "./grids.svelte.ts";

/**
 * Draws a grid's pictures one after another, each an ordinary one of the queue and of the history, and then the
 * labelled picture of them all. Failures are shown, not thrown.
 * @param drawnBefore pictures of an earlier try, by their place: they are not drawn again
 * @returns whether a labelled picture came of it
 */
export async function drawGrid(
  plan: GridPlan,
  drawnBefore: ReadonlyMap<number, string> = new Map(),
): Promise<boolean> {
  const { history, grids } = easel;
  const { base, x, y, requests, where, source } = plan;
  const cells = requests.map((_, i) => drawnBefore.get(i) ?? newJobId());
  const { parentId = null, inputs = {} } = source;
  const job: Job = { ...newJob(newJobId(), base, where), grid: { x, y, cells }, parentId };
  const running = grids.begin(job.id, cells.length);
  try {
    // Held as a picture's job is: a tab that dies leaves an interrupted grid, and no update comes in between.
    return await holdingJob(job.id, async () => {
      await history.record(job, inputs).catch(() => undefined);
      await drawCells(plan, job.id, cells, drawnBefore, running);
      return await finish(job, cells, plan);
    });
  } finally {
    grids.end(running);
  }
}

/** A grid that was cut short, once more: what is drawn already is taken over. @returns as {@link drawGrid} */
export async function drawGridAgain({ request, where, grid, parentId }: Job): Promise<boolean> {
  const { catalogue, history } = easel;
  const model = catalogue.find(request.model);
  if (grid === undefined || model === undefined) return false;
  const { x, y, cells } = grid;
  const base = completeRequest({ ...request, modelRevision: undefined }, model, () => request.seed);
  const drawnBefore = new Map<number, string>();
  for (const [i, job] of (await history.jobs(cells)).entries())
    if (job?.status === "succeeded" && job.deletedAt === null) drawnBefore.set(i, job.id);
  const plan: GridPlan = {
    base,
    x,
    y,
    requests: gridRequests(base, x, y),
    where: WHERE.find((one) => one === where) ?? "auto",
    source: { inputs: await history.inputs.of(request), parentId },
  };
  return await drawGrid(plan, drawnBefore);
}

async function drawCells(
  { requests, where, source }: GridPlan,
  batchId: string,
  cells: readonly string[],
  drawnBefore: ReadonlyMap<number, string>,
  running: RunningGrid,
): Promise<void> {
  await Promise.all(
    requests.map(async (request: GenerationRequest, i) => {
      if (!drawnBefore.has(i))
        await easel.studio.draw({ ...request, batchId }, where, { ...source, id: cells[i]! });
      running.noteDone();
    }),
  );
}

async function finish(job: Job, cells: readonly string[], plan: GridPlan): Promise<boolean> {
  const { history, studio } = easel;
  const jobs = await history.jobs(cells);
  const kept = jobs.map((cell): Job | undefined => {
    // What found the disk full is on the page only.
    const unsaved = studio.unsaved.find((one) => one.job.id === cell?.id);
    return unsaved?.job ?? cell;
  });
  const results = kept.flatMap((cell) => (cell?.status === "succeeded" ? (cell.result ?? []) : []));
  const [first] = results;
  if (first === undefined) {
    const error = kept.find((cell) => cell?.status === "failed")?.error;
    // Taken out before anything was drawn: as if it had never been asked for.
    if (error) await history.record({ ...job, status: "failed", error }).catch(() => undefined);
    else await history.forget([job.id]).catch(() => undefined);
    return false;
  }
  const { png, width, height } = await gridPicture(plan, first, kept.map(readerOf));
  const drawnBy = kept.find((cell) => cell?.status === "succeeded")?.drawnBy ?? null;
  const done: Job = {
    ...job,
    status: "succeeded",
    // It hangs before its pictures, which were asked for after it.
    createdAt: Date.now(),
    drawnBy,
    notices: noticesOf(kept),
    result: { ...summedUp(first, results), seed: job.request.seed, width, height },
  };
  await studio.keep({ job: done, png, inputs: plan.source.inputs ?? {} });
  return true;
}

/** How a place of the grid is filled, read when it is its turn. */
function readerOf(cell: Job | undefined): () => Promise<GridCell> {
  const missing = cell?.status === "failed" ? m.status_failed() : m.status_cancelled();
  return async () => {
    if (cell?.status !== "succeeded") return { word: missing };
    const unsaved = easel.studio.unsaved.find(({ job }) => job.id === cell.id);
    return unsaved?.png ?? (await easel.history.picture(cell.id))?.png ?? { word: missing };
  };
}

/** Why pictures are missing, each reason once. */
function noticesOf(cells: readonly (Job | undefined)[]): string[] {
  const messages = cells.flatMap((cell) =>
    cell?.status === "failed" && cell.error ? [m.grid_cell_failed({ message: cell.error.message })] : [],
  );
  return [...new Set(messages)].slice(0, 3);
}

/** The first picture's result with the time that all of them took. */
function summedUp(first: GenerationResult, results: readonly GenerationResult[]): GenerationResult {
  const sum = (part: keyof GenerationResult["seconds"]) =>
    results.reduce((all, { seconds }) => all + seconds[part], 0);
  return {
    ...first,
    seconds: { load: sum("load"), denoise: sum("denoise"), decode: sum("decode"), total: sum("total") },
  };
}
