import { asFailure, type Failure } from "../../contracts/errors.ts";
import { readPictureSettings, type PictureSettings } from "../../core/metadata/index.ts";
import { requireReadable, toStartingPicture } from "../starting-picture/picture-file.ts";

/** What a file from elsewhere holds: each part is there, or there is a word why not. */
export interface IncomingPicture {
  settings: PictureSettings | undefined;
  /** As a request can start from it. */
  picture: Blob | undefined;
  failures: readonly Failure[];
}

/** Its settings may be whole where its pixels are not, and the other way round. */
export async function readIncoming(file: Blob): Promise<IncomingPicture> {
  const [settings, picture] = await Promise.allSettled([readText(file), toStartingPicture(file)]);
  const value = <Value>(part: PromiseSettledResult<Value>) =>
    part.status === "fulfilled" ? part.value : undefined;
  const failures = picture.status === "rejected" ? [asFailure(picture.reason)] : [];
  return { settings: value(settings), picture: value(picture), failures };
}

/** A picture of another kind (AVIF, GIF) carries none that we could read. */
async function readText(file: Blob): Promise<PictureSettings | undefined> {
  requireReadable(file);
  return await readPictureSettings(new Uint8Array(await file.arrayBuffer()));
}
