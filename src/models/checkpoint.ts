import { z } from "zod";

/** How far a part is right, and what its hash had become there. */
export interface Checkpoint {
  offset: number;
  /** hash-wasm's own form of a half-finished SHA-256, 116 bytes; it refuses one of another version of itself. */
  state: Uint8Array;
  /** The strong ETag that the bytes came with. */
  etag: string | null;
}

/** Bytes of a checkpoint: two of them lie in a file, written in turn, so that one is whole whenever a tab is killed. */
const SLOT = 1024;
/** What is longer is no sensible ETag, and leaves too little room. */
const LONGEST_ETAG = 512;

const slotSchema = z
  .object({
    offset: z.number().int().min(0),
    state: z.string().regex(/^(?:[0-9a-f]{2})+$/),
    etag: z.string().nullable(),
    end: z.number(),
  })
  // Written last: a record of which only the beginning reached the disk has the older one's end.
  .refine(({ offset, end }) => offset === end);

/** A checkpoint as the slot that holds it. @param turn counts the checkpoints of a part */
export function writeSlot(access: FileSystemSyncAccessHandle, turn: number, checkpoint: Checkpoint): void {
  const { offset, state, etag } = checkpoint;
  const hex = Array.from(state, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const kept = etag !== null && etag.length <= LONGEST_ETAG ? etag : null;
  const text = JSON.stringify({ offset, state: hex, etag: kept, end: offset });
  access.write(new TextEncoder().encode(text.padEnd(SLOT)), { at: (turn % 2) * SLOT });
}

/** The later one of the two that are whole; undefined where none is. */
export function readSlots(bytes: Uint8Array<ArrayBuffer>): Checkpoint | undefined {
  const [one, other] = [0, SLOT].map((at) => parseSlot(bytes.subarray(at, at + SLOT)));
  if (one === undefined || other === undefined) return one ?? other;
  return one.offset > other.offset ? one : other;
}

function parseSlot(bytes: Uint8Array<ArrayBuffer>): Checkpoint | undefined {
  try {
    const { offset, state, etag } = slotSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
    const pairs = state.match(/../g) ?? [];
    return { offset, etag, state: Uint8Array.from(pairs, (pair) => parseInt(pair, 16)) };
  } catch {
    return undefined;
  }
}
