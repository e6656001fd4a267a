/** How many pictures are to come, on the installed app's icon; nothing where there is no such badge. */
export function showBadge(count: number): void {
  if (!("setAppBadge" in navigator)) return;
  const shown = count === 0 ? navigator.clearAppBadge() : navigator.setAppBadge(count);
  shown.catch(() => undefined);
}
