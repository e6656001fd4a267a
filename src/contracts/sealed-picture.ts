/**
 * A picture that only the browsers at both ends of a link can read: `MAGIC | iv (12) | AES-256-GCM of (length of the
 * prompt's UTF-8, uint32 big-endian | prompt | PNG)`, with the magic as additional data. To the server it is bytes.
 */
export const SEALED_TYPE = "application/octet-stream";
/** By it a picture that was sent unsealed by mistake is noticed before it is kept. */
export const SEALED_MAGIC: readonly number[] = Object.freeze([0x45, 0x53, 0x50, 0x31]); // ESP1
/** Bytes: recommended for GCM (NIST SP 800-38D, 8.2.1). */
export const SEALED_IV_BYTES = 12;
/** Magic, initialisation vector, tag, and the prompt's length. */
export const SEALED_LEAST_BYTES = SEALED_MAGIC.length + SEALED_IV_BYTES + 16 + 4;

/** The script of a private link's page, and the element that it fills. */
export const PRIVATE_SCRIPT = "/private-picture.js";
export const PRIVATE_ELEMENT = "private-picture";
