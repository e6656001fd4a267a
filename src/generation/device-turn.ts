const LOCK = "easel-device";
/** Another tab that draws is worth a word after this time, and its place in the queue is looked at this often. */
const WAITING_MILLISECONDS = 300;

/**
 * Does `work` as the one tab of this browser that draws: two at once would each get half the speed and double the
 * memory. The tabs queue in the order in which they asked; the browser passes the turn on when a tab closes or crashes.
 * @param onWaiting told how many tabs come before this one, whenever that changes
 * @throws AbortError where the signal ends the wait
 */
export async function inDeviceTurn<Value>(
  signal: AbortSignal,
  onWaiting: (ahead: number) => void,
  work: () => Promise<Value>,
): Promise<Value> {
  // Without a secure context there are no locks, and no GPU to share either.
  if (!("locks" in navigator)) return work();
  let told = 0;
  const client = await ownClient();
  const look = async () => {
    const ahead = await tabsAhead(client);
    if (ahead === 0 || ahead === told || timer === undefined) return;
    told = ahead;
    onWaiting(ahead);
  };
  let timer: ReturnType<typeof setInterval> | undefined = setInterval(
    () => void look(),
    WAITING_MILLISECONDS,
  );
  const stopLooking = () => {
    clearInterval(timer);
    timer = undefined;
  };
  try {
    return await navigator.locks.request(LOCK, { signal }, () => {
      stopLooking();
      return work();
    });
  } finally {
    stopLooking();
  }
}

/** Whether a tab of this browser draws now. */
export async function someTabDraws(): Promise<boolean> {
  const { held = [] } = await navigator.locks.query();
  return held.some(({ name }) => name === LOCK);
}

/** The tabs that hold the device or asked for it earlier than this one. */
async function tabsAhead(client: string | undefined): Promise<number> {
  const { held = [], pending = [] } = await navigator.locks.query();
  const waiting = pending.filter(({ name }) => name === LOCK);
  const place = waiting.findIndex(({ clientId }) => clientId === client);
  return place < 0 ? 0 : held.filter(({ name }) => name === LOCK).length + place;
}

/** By what name the browser lists this tab's locks: nothing tells it but a lock of one's own. */
async function ownClient(): Promise<string | undefined> {
  const name = `easel-tab-${crypto.randomUUID()}`;
  return navigator.locks.request(name, async () => {
    const { held = [] } = await navigator.locks.query();
    return held.find((lock) => lock.name === name)?.clientId;
  });
}
