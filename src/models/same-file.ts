import type { WantedFile } from "../contracts/wanted-model.ts";

/** Two entries of one list that are the same bytes, as far as anybody has said, or come from the same place. */
export function sameFile(one: WantedFile, other: WantedFile): boolean {
  if (one.sha256 !== null || other.sha256 !== null) return one.sha256 === other.sha256;
  if (one.gitOid !== null || other.gitOid !== null) return one.gitOid === other.gitOid;
  return one.url === other.url;
}
