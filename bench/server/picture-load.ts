import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
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

const BOUNDARY = "a-picture-of-four-drawings";
const HEAD = Buffer.from(
  `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="picture.png"\r\n` +
    "content-type: image/png\r\n\r\n",
);
const TAIL = Buffer.from(`\r\n--${BOUNDARY}--\r\n`);

/**
 * Sends forms as they are: the load has the same two cores as what it measures, and `fetch` spends 1.4 ms of them on
 * each form, a third of what a stack itself needs for it.
 */
const agent = new Agent({ keepAlive: true });

/** A form with the same picture, but another text inside each time: no stack has seen its bytes before. */
export function pictureForm(): Buffer {
  const body = Buffer.from(`tEXtComment\0${process.pid} ${number++}`, "latin1");
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.byteLength - 4);
  checksum.writeUInt32BE(crc32(body));
  const picture = [PNG.subarray(0, -END_BYTES), length, body, checksum, PNG.subarray(-END_BYTES)];
  return Buffer.concat([HEAD, ...picture, TAIL]);
}

/** @returns whether it was answered with 200 */
export function predict(url: string, headers: Record<string, string>, form: Buffer): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/api/predictions/image`, {
      agent,
      method: "POST",
      headers: {
        ...headers,
        "content-type": `multipart/form-data; boundary=${BOUNDARY}`,
        "content-length": form.byteLength,
      },
    });
    asked.on("response", (reply) => {
      reply.resume();
      reply.on("end", () => resolve(reply.statusCode === 200));
      reply.on("error", reject);
    });
    asked.on("error", reject);
    asked.end(form);
  });
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
      if (await predict(stack.url, headers, pictureForm())) times.push(performance.now() - asked);
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
    if (await predict(stack.url, headers, pictureForm())) times.push(performance.now() - due);
    else failed++;
  });
  return told(times, failed, begin);
}

function told(times: readonly number[], failed: number, begin: number): SeenLoad {
  const seconds = (performance.now() - begin) / 1000;
  return { perSecond: times.length / seconds, p95Milliseconds: percentile(times, 0.95), failed };
}
