import { EaselError } from "./errors.ts";

/** JSON and files in one body: base64 would make them larger by a third, and a form is dearer to take apart. */
export const FRAMED_TYPE = "application/vnd.easel.framed";

const LENGTH_BYTES = 4;

/** Four bytes, big-endian: how long the JSON is; the JSON; the files one after the other. It must tell their lengths. */
export function frameReply(told: unknown, files: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(told));
  const length = files.reduce((sum, { byteLength }) => sum + byteLength, LENGTH_BYTES + json.byteLength);
  const body = new Uint8Array(length);
  new DataView(body.buffer).setUint32(0, json.byteLength);
  body.set(json, LENGTH_BYTES);
  let at = LENGTH_BYTES + json.byteLength;
  for (const file of files) {
    body.set(file, at);
    at += file.byteLength;
  }
  return body;
}

/**
 * The JSON of a framed reply, and what takes its files one after the other, each of a length that the JSON tells.
 *
 * @throws EaselError internal where the body ends before
 */
export function readFramed(body: Uint8Array<ArrayBuffer>): {
  told: unknown;
  next: (bytes: number) => Uint8Array<ArrayBuffer>;
} {
  let at = 0;
  const next = (bytes: number): Uint8Array<ArrayBuffer> => {
    if (at + bytes > body.byteLength) {
      throw new EaselError(
        "internal",
        `A framed reply should have ${at + bytes} bytes or more, but has ${body.byteLength}: it was cut short.`,
      );
    }
    at += bytes;
    return body.subarray(at - bytes, at);
  };
  const head = next(LENGTH_BYTES);
  const length = new DataView(head.buffer, head.byteOffset).getUint32(0);
  return { told: JSON.parse(new TextDecoder().decode(next(length))) as unknown, next };
}
