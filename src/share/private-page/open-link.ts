import { canSeal, openSealed, type OpenedPicture } from "../sealed-picture.ts";

/** Why a private link shows nothing. */
export type Refusal = "no_key" | "wrong_key" | "gone" | "insecure" | "unreachable";

/**
 * Fetches a private link's picture and decrypts it here. Nothing but the link's public part is sent.
 * @param sealed where the encrypted picture is
 * @param key the link's end, behind the #
 */
export async function openLink(sealed: string, key: string): Promise<OpenedPicture | Refusal> {
  if (key === "") return "no_key";
  if (!canSeal()) return "insecure";
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    const response = await fetch(sealed, { credentials: "omit", cache: "no-store" });
    if (response.status === 404) return "gone";
    if (!response.ok) return "unreachable";
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch {
    return "unreachable";
  }
  return (await openSealed(bytes, key)) ?? "wrong_key";
}
