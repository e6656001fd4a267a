import { EaselError } from "../contracts/errors.ts";
import type { HubSettings } from "../contracts/library-worker.ts";
import type { SeeingManifest } from "../contracts/seeing-manifest.ts";
import { SAFETY_THRESHOLD } from "../contracts/safety.ts";
import type { WantedFile, WantedModel } from "../contracts/wanted-model.ts";
import { hubHeaders, listRepository, type HubFile } from "./hub.ts";
import { purposeOf, type WantedSafety } from "./safety-purpose.ts";
import { inspectSeeing, isSeeingLayout } from "./seeing-layout.ts";

/** A model that sees and is to be had: what it says of itself, and its files. */
export interface WantedSeeing {
  model: Omit<SeeingManifest, "files" | "digest">;
  files: WantedFile[];
}

/**
 * A model that sees, of a repository on a hub in the Hugging Face layout. Undefined: the repository is of another layout.
 *
 * @throws EaselError `model_corrupt` where it is of the layout and can't be used; as {@link listRepository}
 */
export async function wantedSeeingOfHub(
  signal: AbortSignal,
  hub: HubSettings,
  repository: string,
  { revision = "main", safety }: { revision?: string | undefined; safety?: WantedSafety | undefined } = {},
): Promise<WantedSeeing | undefined> {
  const listing = await listRepository(signal, hub, repository, revision);
  const paths = listing.files.map(({ path }) => path);
  if (!isSeeingLayout(paths)) return undefined;
  const needed = await inspectSeeing({
    manifest: { id: repository, files: listing.files },
    read: (path) =>
      readSmall(
        signal,
        hub,
        listing.files.find((file) => file.path === path)!,
      ),
  });
  return {
    model: {
      id: repository,
      name: repository.split("/")[1] ?? repository,
      ...purposeOf(repository, needed, safety),
      revision: listing.commit,
      description: `From ${hub.address}/${repository}.`,
      licence: { id: "see its page on the hub", url: `${hub.address}/${repository}` },
    },
    files: listing.files
      .filter(({ path }) => needed.paths.includes(path))
      .map((file) => ({ ...file, kept: null })),
  };
}

/** A classifier of a hub as a safety model. @throws EaselError as {@link wantedSeeingOfHub}, and where it is none */
export async function wantedSafetyModel(
  hub: HubSettings,
  repository: string,
  labels: readonly string[],
): Promise<WantedModel> {
  const safety = { threshold: SAFETY_THRESHOLD, ...(labels.length === 0 ? {} : { labels }) };
  const wanted = await wantedSeeingOfHub(new AbortController().signal, hub, repository, { safety });
  if (wanted !== undefined) return { ...wanted, state: "running", error: null };
  throw new EaselError("model_corrupt", `${repository} is no image classifier, and so no safety model.`, {
    hint: "One in the Hugging Face layout is needed, exported to ONNX, for example with Optimum.",
  });
}

async function readSmall(
  signal: AbortSignal,
  hub: HubSettings,
  { url }: HubFile,
): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url, { signal, headers: hubHeaders(url, hub) });
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  throw new EaselError("download_failed", `${url} could not be read: the hub answered ${response.status}.`, {
    hint: "Look at the connection and try again.",
  });
}
