import { NAME_HEADER, SHARED_PARAMETER, SHARED_PATH, SHARE_CACHE } from "../../contracts/shared-picture.ts";

/** Chromium's word of what an installed app was opened with; no other browser has it. */
interface Launch {
  readonly files?: readonly { getFile(): Promise<File> }[];
}
type Launches = { setConsumer(consumer: (launch: Launch) => void): void };

/**
 * Hears what the installed app is opened with: a picture from the system's files, or one that another app has sent.
 * @param onPicture null: one was sent and did not arrive
 */
export function hearLaunches(onPicture: (picture: File | null) => void): void {
  const { launchQueue } = window as Window & { launchQueue?: Launches };
  launchQueue?.setConsumer(({ files: [first] = [] }) => {
    first?.getFile().then(onPicture, () => onPicture(null));
  });
  const address = new URL(location.href);
  if (!address.searchParams.has(SHARED_PARAMETER)) return;
  address.searchParams.delete(SHARED_PARAMETER);
  window.history.replaceState(null, "", address);
  void takeShared().then(onPicture, () => onPicture(null));
}

async function takeShared(): Promise<File | null> {
  const cache = await caches.open(SHARE_CACHE);
  const response = await cache.match(SHARED_PATH);
  if (response === undefined) return null;
  const blob = await response.blob();
  await cache.delete(SHARED_PATH);
  const name = decodeURIComponent(response.headers.get(NAME_HEADER) ?? "");
  return new File([blob], name, { type: blob.type });
}
