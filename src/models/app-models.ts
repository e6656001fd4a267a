import type { Manifest } from "../contracts/model.ts";
import type { WantedModel } from "../contracts/wanted-model.ts";

/** The models that this page's own server brings along: they are fetched without being asked for. */
export const APP_MODELS = ["easel-mini"] as const;

export function isAppModel(id: string): boolean {
  return APP_MODELS.some((name) => name === id);
}

/** What is to be fetched of it. */
export function wantedFromApp({ files, digest: _, ...model }: Manifest): WantedModel {
  return {
    model,
    files: files.map(({ path, size, sha256 }) => ({
      path,
      size,
      sha256,
      // The hash in the address keeps a cache from answering with another revision's file.
      url: `/models/${model.id}/${path}?v=${sha256.slice(0, 12)}`,
      gitOid: null,
      kept: null,
    })),
    state: "running",
    error: null,
  };
}
