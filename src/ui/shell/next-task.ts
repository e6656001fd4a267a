/**
 * Resolves in a task of its own. What is made in one piece at the start is split by it: on a slow phone the page would
 * hear nothing for half a second otherwise.
 */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
