/**
 * Resolves in a task of its own. What is made in one piece at the start is split by it: on a slow phone the page would
 * hear nothing for half a second otherwise.
 */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** A page in a hidden tab is not painted. */
const PATIENCE_MILLISECONDS = 100;

/** Resolves in a task of its own once what is in the page has been painted. */
export function painted(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, PATIENCE_MILLISECONDS);
    requestAnimationFrame(() => setTimeout(resolve));
  });
}
