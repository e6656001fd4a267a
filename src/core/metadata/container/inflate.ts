import { BOUNDS } from "./bounds.ts";

/** zlib's data (RFC 1950) unpacked; undefined where it is broken or unpacks to more than BOUNDS.textBytes. */
export async function inflate(packed: Uint8Array): Promise<Uint8Array | undefined> {
  const reader = new Blob([packed.slice()])
    .stream()
    .pipeThrough(new DecompressionStream("deflate"))
    .getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.length;
      if (length > BOUNDS.textBytes) {
        await reader.cancel();
        return undefined;
      }
      parts.push(value);
    }
  } catch {
    return undefined;
  }
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}
