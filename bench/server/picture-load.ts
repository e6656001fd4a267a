import { readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { atEvenPace, percentile } from "./load.ts";
import type { SeeingStack } from "./seeing-stacks.ts";

export interface SeenLoad {
  perSecond: number;
  p95Milliseconds: number;
  /** Anything but 200. */
  failed: number;
}

const PNG = readFileSync("workers/seeing/tests/four-drawings.png");
/** Of the last chunk, which ends a PNG: length, name, checksum. */
const END_BYTES = 12;
let number = 0;

/** The same picture with another text inside each time: no stack has seen its bytes before. */
export function numberedPicture(): Blob {
  const body = Buffer.from(`tEXtComment\0${process.pid} ${number++}`, "latin1");
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.byteLength - 4);
  checksum.writeUInt32BE(crc32(body));
  const parts = [PNG.subarray(0, -END_BYTES), length, body, checksum, PNG.subarray(-END_BYTES)];
  return new Blob([Buffer.concat(parts)], { type: "image/png" });
}

/** @returns whether it was answered with 200 */
export async function predict(url: string, headers: Record<string, string>, picture: Blob): Promise<boolean> {
  const body = new FormData();
  body.set("file", picture, "picture.png");
  const reply = await fetch(`${url}/api/predictions/image`, { method: "POST", headers, body });
  await reply.arrayBuffer();
  return reply.status === 200;
}

/** As many pictures as so many connections can have seen, each asking again once it is answered. */
export async function seenAtMost(
  stack: SeeingStack,
  connections: number,
  seconds: number,
): Promise<SeenLoad> {
  const headers = await stack.headers();
  const times: number[] = [];
  let failed = 0;
  const begin = performance.now();
  const ask = async () => {
    while (performance.now() < begin + seconds * 1000) {
      const asked = performance.now();
      const picture = numberedPicture();
      if (await predict(stack.url, headers, picture)) times.push(performance.now() - asked);
      else failed++;
    }
  };
  await Promise.all(Array.from({ length: connections }, ask));
  return told(times, failed, begin);
}

/** Pictures at an even pace, whose times count from when they were due. */
export async function seenSteadily(
  stack: SeeingStack,
  perSecond: number,
  seconds: number,
): Promise<SeenLoad> {
  const headers = await stack.headers();
  const times: number[] = [];
  let failed = 0;
  const begin = performance.now();
  await atEvenPace(perSecond, seconds, async (due) => {
    if (await predict(stack.url, headers, numberedPicture())) times.push(performance.now() - due);
    else failed++;
  });
  return told(times, failed, begin);
}

function told(times: readonly number[], failed: number, begin: number): SeenLoad {
  const seconds = (performance.now() - begin) / 1000;
  return { perSecond: times.length / seconds, p95Milliseconds: percentile(times, 0.95), failed };
}
