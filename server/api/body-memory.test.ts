import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { uploadSchema } from "../../src/contracts/upload.ts";
import { builtProgram } from "../tests/built-programs.ts";
import { startEmbeddedDatabase, type TestDatabase } from "../tests/embedded-database.ts";
import { freePort } from "../tests/free-port.ts";
import { newOwner, type OwnerClient } from "../tests/test-server.ts";

const MEBIBYTE = 1024 * 1024;
const PIECE = Buffer.alloc(MEBIBYTE / 4, "a");

let database: TestDatabase;
let folder: string;
let api: ChildProcess;
let url: string;
let owner: OwnerClient;

/** The API in a process of its own: what it holds is what is measured. */
beforeAll(async () => {
  database = await startEmbeddedDatabase();
  folder = mkdtempSync(join(tmpdir(), "easel-test-"));
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  api = spawn(process.execPath, builtProgram("api/main"), {
    env: {
      PATH: process.env["PATH"],
      DATA_DIR: folder,
      EASEL_EMBEDDED_DATABASE_URL: database.url,
      PORT: String(port),
      HOST: "127.0.0.1",
      RATE_PER_OWNER: "0",
      RATE_PER_ADDRESS: "0",
      LOG_LEVEL: "error",
    },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  await once(api, "message");
  owner = await newOwner(url);
});
afterAll(async () => {
  const ended = once(api, "exit");
  api.kill("SIGTERM");
  await ended;
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Kilobytes that the process has or had most of, since it was last reset. */
async function resident(which: "VmRSS" | "VmHWM"): Promise<number> {
  const status = await readFile(`/proc/${api.pid ?? 0}/status`, "utf8");
  return Number(new RegExp(`^${which}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]);
}

/** By how many MiB the process grew at most while `work` ran. */
async function growth(work: () => Promise<void>): Promise<number> {
  // proc(5): 5 resets the high-water mark to what is resident now.
  await writeFile(`/proc/${api.pid ?? 0}/clear_refs`, "5");
  const before = await resident("VmRSS");
  await work();
  return ((await resident("VmHWM")) - before) / 1024;
}

/** Sends a body as long as it is taken; answers the status, or undefined where the server hung up on it before. */
function pour(
  target: string,
  terms: { method?: string; bytes: number; announced: boolean; headers?: Record<string, string> },
): Promise<number | undefined> {
  return new Promise((resolve) => {
    const { method = "POST", bytes, announced, headers } = terms;
    const length = announced ? { "content-length": String(bytes) } : { "transfer-encoding": "chunked" };
    const sent = httpRequest(target, { method, headers: { ...headers, ...length } }, (reply) => {
      reply.resume();
      resolve(reply.statusCode);
      sent.destroy();
    });
    sent.once("error", () => resolve(undefined));
    let left = bytes;
    const write = () => {
      while (left > 0 && !sent.destroyed) {
        left -= PIECE.length;
        if (!sent.write(PIECE)) return void sent.once("drain", write);
      }
      if (!sent.destroyed) sent.end();
    };
    write();
  });
}

const often = <Result>(count: number, work: () => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, work));
const json = () => ({ authorization: `Bearer ${owner.token}`, "content-type": "application/json" });

test("R15: bodies that are far too long are refused in less than 50 MB, announced and chunked", async () => {
  const target = `${url}/api/generated-images`;
  const flood = async (count: number) => {
    for (const announced of [true, false]) {
      const terms = { bytes: 64 * MEBIBYTE, announced, headers: json() };
      const statuses = await often(count, () => pour(target, terms));
      expect([...new Set(statuses)].filter((status) => status !== undefined)).toEqual([413]);
    }
  };
  // What the first requests load and compile stays.
  await flood(2);
  expect(await growth(() => flood(16))).toBeLessThan(50);
});

test("R15: an upload that is longer than signed is refused in less than 50 MB", async () => {
  const announce = async () => {
    const sha256 = "0".repeat(64);
    const terms = { purpose: "share", content_type: "image/png", bytes: 10 * MEBIBYTE, sha256 };
    return uploadSchema.parse(await (await owner.call("POST", "/api/uploads", terms)).json()).put;
  };
  const flood = async (count: number) => {
    for (const announced of [true, false]) {
      const statuses = await often(count, async () => {
        const { url: target, headers } = await announce();
        return pour(target, { method: "PUT", bytes: 64 * MEBIBYTE, announced, headers });
      });
      expect(statuses.filter((status) => status !== undefined && status !== 413 && status !== 403)).toEqual(
        [],
      );
    }
  };
  await flood(1);
  expect(await growth(() => flood(8))).toBeLessThan(50);
});

test("R15: the interfaces of others keep no more of a body than they take", async () => {
  const flood = async () => {
    for (const announced of [true, false]) {
      const terms = { bytes: 128 * MEBIBYTE, announced, headers: json() };
      expect([undefined, 413]).toContain(await pour(`${url}/v1/images/generations`, terms));
    }
  };
  await flood();
  expect(await growth(flood)).toBeLessThan(50);
});
