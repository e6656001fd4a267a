import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asFailure } from "../../src/contracts/errors.ts";
import type { ApiEnvironment } from "../api/context.ts";
import { replyError } from "../api/error-replies.ts";
import { listen } from "../api/listen.ts";
import { objectRoutes } from "../api/objects/routes.ts";
import { createLog } from "../log.ts";
import { startS3 } from "../tests/s3.ts";
import { pass } from "../tests/until.ts";
import { DiskStore } from "./disk-store.ts";
import type { ObjectStore, PutTarget } from "./object-store.ts";
import { S3Store } from "./s3-store.ts";

interface OpenedStore {
  store: ObjectStore;
  origin: string;
  close: () => Promise<void>;
}

async function openDisk(): Promise<OpenedStore> {
  const folder = mkdtempSync(join(tmpdir(), "easel-objects-"));
  const store = new DiskStore(folder, "a signing secret for this test");
  const log = createLog("silent", "test");
  const app = new Hono<ApiEnvironment>().onError((error, context) => replyError(context, error, log));
  app.route("/", objectRoutes(store));
  const server = await listen(app, { port: 0, host: "127.0.0.1" });
  return {
    store,
    origin: `http://127.0.0.1:${server.port}`,
    async close() {
      await server.close();
      // Nothing half-received may stay behind.
      expect(readdirSync(join(folder, "incoming"))).toEqual([]);
      rmSync(folder, { recursive: true });
    },
  };
}

async function openS3(): Promise<OpenedStore> {
  const s3 = await startS3();
  const store = new S3Store({ ...s3, forcePathStyle: true });
  await store.allowBrowsers();
  return { store, origin: "", close: s3.close };
}

const PICTURE = new TextEncoder().encode("not a real picture, but bytes enough");
const newKey = () => `images/${randomUUID()}/${randomUUID()}.png`;

/** Every store keeps these promises. */
describe.each([
  { name: "disk", open: openDisk },
  { name: "S3", open: openS3 },
])("the object store on $name", ({ open }) => {
  let opened: OpenedStore;
  let store: ObjectStore;

  beforeAll(async () => {
    opened = await open();
    store = opened.store;
  });
  afterAll(() => opened.close());

  const put = (target: PutTarget, body: Uint8Array, headers: Record<string, string> = {}) =>
    fetch(target.url, { method: "PUT", headers: { ...target.headers, ...headers }, body: Buffer.from(body) });
  const presign = (key: string, terms: { bytes?: number; seconds?: number } = {}) =>
    store.presignPut(key, {
      contentType: "image/png",
      maxBytes: 1000,
      seconds: terms.seconds ?? 60,
      origin: opened.origin,
      ...(terms.bytes === undefined ? {} : { bytes: terms.bytes }),
    });
  const urlOf = (key: string, seconds = 60) => store.presignGet(key, { seconds, origin: opened.origin });

  test("what was put can be looked at, read, fetched by URL and deleted", async () => {
    const key = newKey();
    expect(await store.head(key)).toBeUndefined();
    expect(await store.read(key, 1000)).toBeUndefined();
    await store.put(key, PICTURE, "image/png");
    expect(await store.head(key)).toEqual({ bytes: PICTURE.byteLength, contentType: "image/png" });
    expect(new Uint8Array((await store.read(key, 1000)) ?? [])).toEqual(PICTURE);

    const fetched = await fetch((await urlOf(key)).url);
    expect(fetched.status).toBe(200);
    expect(fetched.headers.get("content-type")).toBe("image/png");
    expect(new Uint8Array(await fetched.arrayBuffer())).toEqual(PICTURE);

    await store.delete(key);
    await store.delete(key);
    expect(await store.head(key)).toBeUndefined();
    expect((await fetch((await urlOf(key)).url)).status).toBe(404);
  });

  test("an object larger than the reader takes is refused", async () => {
    const key = newKey();
    await store.put(key, PICTURE, "image/png");
    const failure = await store.read(key, 5).catch(asFailure);
    expect(failure).toMatchObject({ code: "payload_too_large" });
  });

  test("a presigned PUT stores exactly what was sent", async () => {
    const key = newKey();
    const response = await put(await presign(key, { bytes: PICTURE.byteLength }), PICTURE);
    expect(response.status).toBe(200);
    expect(new Uint8Array((await store.read(key, 1000)) ?? [])).toEqual(PICTURE);
  });

  test("R11: a PUT of another type or length than signed is refused and stores nothing", async () => {
    const key = newKey();
    const target = await presign(key, { bytes: PICTURE.byteLength });
    expect((await put(target, PICTURE, { "content-type": "text/html" })).status).toBe(403);
    expect((await put(target, PICTURE.subarray(1))).status).toBe(403);
    expect((await put(target, new Uint8Array([...PICTURE, 0]))).status).toBe(403);
    expect(await store.head(key)).toBeUndefined();
  });

  test("R11: a changed signature, expiry, key or method is 403", async () => {
    const [key, other] = [newKey(), newKey()];
    await store.put(key, PICTURE, "image/png");
    await store.put(other, PICTURE, "image/png");
    const good = new URL((await urlOf(key)).url);
    const changed = (change: (url: URL) => void) => {
      const url = new URL(good);
      change(url);
      return url;
    };
    const names = [...good.searchParams.keys()];
    const signature = names.find((name) => /signature/i.test(name)) ?? "";
    const expiry = names.find((name) => /expires/i.test(name)) ?? "";
    const flip = (text: string) => (text.startsWith("a") ? "b" : "a") + text.slice(1);
    const forged = [
      changed((url) => url.searchParams.set(signature, flip(url.searchParams.get(signature) ?? ""))),
      changed((url) => url.searchParams.set(expiry, String(Number(url.searchParams.get(expiry)) + 1000))),
      changed((url) => (url.pathname = url.pathname.replace(key, other))),
    ];
    for (const url of forged) expect((await fetch(url)).status).toBe(403);
    const asPut = await fetch(good, {
      method: "PUT",
      body: "overwritten",
      headers: { "content-type": "image/png" },
    });
    expect(asPut.status).toBe(403);
    expect(new Uint8Array((await store.read(key, 1000)) ?? [])).toEqual(PICTURE);
    expect((await fetch(good)).status).toBe(200);

    const putUrl = (await presign(key, { bytes: PICTURE.byteLength })).url;
    expect((await fetch(putUrl)).status).toBe(403);
  });

  test("R12: a URL lives as long as asked and is 403 one second after", async () => {
    const key = newKey();
    await store.put(key, PICTURE, "image/png");
    const { url, expiresAt } = await urlOf(key, 2);
    expect((await fetch(url)).status).toBe(200);
    await pass(expiresAt.getTime() + 1000 - Date.now());
    expect((await fetch(url)).status).toBe(403);
  });

  test("pages of other addresses may fetch and put by URL, and nothing served can run", async () => {
    const key = newKey();
    await store.put(key, PICTURE, "image/png");
    const headers = { origin: "http://easel.example" };
    const fetched = await fetch((await urlOf(key)).url, { headers });
    expect(fetched.headers.get("access-control-allow-origin")).toMatch(/^(\*|http:\/\/easel\.example)$/);
    const preflight = await fetch((await presign(newKey())).url, {
      method: "OPTIONS",
      headers: {
        ...headers,
        "access-control-request-method": "PUT",
        "access-control-request-headers": "content-type",
      },
    });
    expect(preflight.ok).toBe(true);
    expect(preflight.headers.get("access-control-allow-methods")).toContain("PUT");
    if (!(store instanceof DiskStore)) return;
    expect(fetched.headers.get("x-content-type-options")).toBe("nosniff");
    expect(fetched.headers.get("content-security-policy")).toBe("default-src 'none'; sandbox");
    expect(fetched.headers.get("cross-origin-resource-policy")).toBe("cross-origin");
  });

  test("a key that the server would not make is refused", async () => {
    for (const key of [
      "../secrets/worker-token",
      "images/../../x.png",
      "images/a.html",
      "/etc/x.png",
      "images//a.png",
    ]) {
      const sign = async () => store.presignGet(key, { seconds: 1, origin: "" });
      await expect(sign()).rejects.toThrow("object key");
    }
  });
});

test("the disk takes no more than agreed when no length is announced", async () => {
  const { store, origin, close } = await openDisk();
  const key = newKey();
  const target = await store.presignPut(key, {
    contentType: "image/png",
    maxBytes: 100,
    seconds: 60,
    origin,
  });
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(64)),
  });
  const response = await fetch(target.url, {
    method: "PUT",
    headers: target.headers,
    body: endless,
    duplex: "half",
  } as RequestInit).catch(() => undefined);
  // The refusal may reach the client as an answer or as a closed connection.
  expect([undefined, 413]).toContain(response?.status);
  expect(await store.head(key)).toBeUndefined();
  await close();
});
