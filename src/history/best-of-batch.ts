import { matchOf } from "../contracts/sight.ts";
import type { Job } from "./database.ts";

/** The best is told from the others where it shows what was asked by so much better than the worst. */
const AHEAD = 0.05;
/** Less than this is no good picture, best or not. */
const GOOD = 0.5;

/** Of each batch of which several were looked at, the picture that shows best what was asked for: their ids. */
export function bestOfBatches(jobs: readonly Job[]): ReadonlySet<string> {
  const batches = new Map<string, { id: string; best: number; worst: number }>();
  for (const { id, request, sight } of jobs) {
    const match = sight === undefined ? null : matchOf(sight);
    if (request.batchId === undefined || match === null) continue;
    const known = batches.get(request.batchId);
    if (known === undefined) batches.set(request.batchId, { id, best: match, worst: match });
    else {
      known.worst = Math.min(known.worst, match);
      if (match > known.best) Object.assign(known, { id, best: match });
    }
  }
  const told = [...batches.values()].filter(({ best, worst }) => best >= GOOD && best - worst >= AHEAD);
  return new Set(told.map(({ id }) => id));
}
