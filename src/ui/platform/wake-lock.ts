/**
 * Keeps the screen on: a phone that sleeps stops drawing. The browser takes the lock away whenever the page is hidden,
 * and it is asked for again when the page is back; a battery saver's no costs nothing.
 * @returns what lets it go
 */
export function keepScreenOn(): () => void {
  if (!("wakeLock" in navigator)) return () => undefined;
  let held: WakeLockSentinel | null = null;
  let wanted = true;

  const ask = async () => {
    if (document.visibilityState !== "visible") return;
    try {
      held = await navigator.wakeLock.request("screen");
    } catch {
      return;
    }
    if (!wanted) await held.release();
  };
  const onVisible = () => void ask();

  document.addEventListener("visibilitychange", onVisible);
  onVisible();
  return () => {
    wanted = false;
    document.removeEventListener("visibilitychange", onVisible);
    void held?.release();
  };
}
