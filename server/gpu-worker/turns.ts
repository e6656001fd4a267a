import type { Logger } from "../log.ts";
import { pause } from "../pause.ts";

const FIRST_PAUSE_MILLISECONDS = 250;
const LONGEST_PAUSE_MILLISECONDS = 5000;

/**
 * Takes one turn after the other until `shutdown` aborts; after a failed one it pauses, longer each time.
 *
 * @param turn calls `heard` when the server has answered: what fails from then on is no reason for a longer pause
 */
export async function takeTurns(
  log: Logger,
  shutdown: AbortSignal,
  turn: (heard: () => void) => Promise<void>,
): Promise<void> {
  let wait = FIRST_PAUSE_MILLISECONDS;
  let lastProblem = "";
  const heard = () => {
    wait = FIRST_PAUSE_MILLISECONDS;
    lastProblem = "";
  };
  while (!shutdown.aborted) {
    try {
      await turn(heard);
    } catch (error) {
      if (shutdown.aborted) return;
      // A server that is away for an hour is worth one line.
      const problem = String(error);
      const level = problem === lastProblem ? "debug" : "warn";
      lastProblem = problem;
      log[level]({ err: error }, "No job could be claimed; the worker tries again.");
      await pause(wait, shutdown);
      wait = Math.min(wait * 2, LONGEST_PAUSE_MILLISECONDS);
    }
  }
}
