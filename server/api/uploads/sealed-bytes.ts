import { EaselError } from "../../../src/contracts/errors.ts";
import { SEALED_LEAST_BYTES, SEALED_MAGIC } from "../../../src/contracts/sealed-picture.ts";

/**
 * Whether these are a private link's bytes, as far as anybody without the key can tell: a picture that its browser
 * forgot to seal must not be kept.
 *
 * @throws EaselError unsupported_media
 */
export function assertSealed(bytes: Uint8Array): void {
  const marked = SEALED_MAGIC.every((byte, index) => bytes[index] === byte);
  if (marked && bytes.byteLength >= SEALED_LEAST_BYTES) return;
  throw new EaselError(
    "unsupported_media",
    "A private_share is a sealed picture, and these bytes are none: they do not begin as one, or are too few.",
  );
}
