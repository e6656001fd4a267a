/** Builds the stale targets, side by side; `say` gets a line for people when there is something to build. */
export function buildWhatIsStale(
  say?: (line: string) => void,
  names?: ("app" | "server" | "static")[],
): Promise<void>;
