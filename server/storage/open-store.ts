import { join } from "node:path";
import type { Logger } from "../log.ts";
import { keepPrivate } from "../private-folder.ts";
import { keptSecret } from "../secrets.ts";
import type { Settings } from "../settings.ts";
import { DiskStore } from "./disk-store.ts";
import type { ObjectStore } from "./object-store.ts";
import { S3Store } from "./s3-store.ts";

/** The store that the settings name: S3 with S3_BUCKET set, else a folder of DATA_DIR. */
export async function openStore(settings: Settings, log: Logger): Promise<ObjectStore> {
  if (settings.S3_BUCKET === undefined) {
    const folder = join(settings.DATA_DIR, "objects");
    // Everybody's pictures: another user of this machine sees none, whatever the umask, also where DATA_DIR was there.
    keepPrivate(folder);
    return new DiskStore(folder, keptSecret(settings.DATA_DIR, "object-signing-key"));
  }
  const store = new S3Store({
    bucket: settings.S3_BUCKET,
    region: settings.S3_REGION,
    endpoint: settings.S3_ENDPOINT,
    publicEndpoint: settings.S3_PUBLIC_ENDPOINT,
    accessKeyId: settings.S3_ACCESS_KEY_ID,
    secretAccessKey: settings.S3_SECRET_ACCESS_KEY,
    forcePathStyle: settings.S3_FORCE_PATH_STYLE,
  });
  await store.allowBrowsers().catch((error: unknown) => {
    log.warn(
      { err: error },
      "The bucket's CORS could not be set; pages need GET, HEAD and PUT allowed there.",
    );
  });
  return store;
}
