import { idle } from "./next-task.ts";

/**
 * Resolves for a view that is on no first screen: once the page is idle, or at once when `asked` says that somebody waits
 * for it. Call it while a component is made, which it watches with.
 * @param wanted whether it can be asked for at all yet; nothing is prepared before
 */
export function idleOrAsked(asked: () => boolean, wanted: () => boolean = () => true): Promise<void> {
  return new Promise((resolve) => {
    $effect(() => {
      if (asked()) resolve();
      else if (wanted()) void idle().then(resolve);
    });
  });
}
