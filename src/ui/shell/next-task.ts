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

/** So long what can wait is put off by a page that is never idle. */
const MOST_IDLE_MILLISECONDS = 3_000;
const SAFARI_MILLISECONDS = 500;

/** Resolves once the page has nothing else to do, within three seconds; Safari has no requestIdleCallback. */
export function idle(): Promise<void> {
  return new Promise((resolve) => {
    if ("requestIdleCallback" in window)
      requestIdleCallback(() => resolve(), { timeout: MOST_IDLE_MILLISECONDS });
    else setTimeout(resolve, SAFARI_MILLISECONDS);
  });
}
