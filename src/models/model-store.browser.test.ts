import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ModelFiles } from "../core/model-files.ts";
import { sha256Hex } from "./manifest.ts";
import { ModelStore } from "./model-store.ts";

const UNET = "unet/model.onnx";
const never = new AbortController().signal;
const ignore = (): void => undefined;

/** What the server does to a file on its way, by path; without an entry it arrives as it is. */
let faults: Map<string, (body: Uint8Array<ArrayBuffer>) => Response | Promise<Response>>;
/** The paths that were asked for, in order. */
let fetched: string[];

/** models/tiny/sd as the server would offer it: under /models/tiny-sd/. */
beforeEach(async () => {
  const root = await navigator.storage.getDirectory();
  await root.removeEntry("models", { recursive: true }).catch(() => undefined);
  faults = new Map();
  fetched = [];
  const realFetch = globalThis.fetch;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input, location.href);
    const path = url.pathname.replace("/models/tiny-sd/", "");
    fetched.push(path);
    const response = await realFetch(`/models/tiny/sd/${path}`, init);
    const fault = faults.get(path);
    return fault === undefined ? response : fault(new Uint8Array(await response.arrayBuffer()));
  });
});

afterEach(() => vi.restoreAllMocks());

async function obtain(signal = never): Promise<ModelFiles> {
  return (await ModelStore.open()).obtain(signal, "tiny-sd", ignore);
}

function offline(): void {
  vi.mocked(globalThis.fetch).mockRejectedValue(new TypeError("Failed to fetch"));
}

test("every file arrives verified, progress counts its bytes, and afterwards it works without a network", async () => {
  const counted: number[] = [];
  const store = await ModelStore.open();
  const model = await store.obtain(never, "tiny-sd", ({ loadedBytes }) => counted.push(loadedBytes));
  const total = model.manifest.files.reduce((sum, file) => sum + file.size, 0);
  expect(counted.at(-1)).toBe(total);
  expect(counted).toEqual([...counted].sort((a, b) => a - b));

  offline();
  const again = await obtain();
  for (const file of again.manifest.files) {
    const bytes = await again.read(file.path);
    expect(await sha256Hex(bytes)).toBe(file.sha256);
  }
});

test.each([
  [
    "altered by one bit",
    "should be SHA-256",
    (body: Uint8Array<ArrayBuffer>) => ((body[100]! ^= 1), new Response(body)),
  ],
  [
    "cut short",
    "bytes, but is 500 bytes",
    (body: Uint8Array<ArrayBuffer>) => new Response(body.slice(0, 500)),
  ],
  ["served as an HTML page", "<!doctype html>", () => new Response("<!doctype html><title>Easel</title>")],
  [
    "longer than announced",
    "more than that",
    (body: Uint8Array<ArrayBuffer>) => new Response(new Blob([body, body])),
  ],
])(
  "R26 a weight file %s is refused by name, nothing of it stays, and the next try fetches it alone",
  async (_, word, fault) => {
    faults.set(UNET, fault);
    await expect(obtain()).rejects.toMatchObject({
      code: "model_corrupt",
      message: expect.stringMatching(new RegExp(`${UNET}.*${word}`)) as unknown,
    });
    faults.clear();
    fetched = [];
    const model = await obtain();
    expect(fetched).toContain(UNET);
    expect(fetched).not.toContain("text_encoder/model.onnx");
    await expect(model.read(UNET)).resolves.toHaveLength(104_923);
  },
);

test("R26 a server that answers 503, and a connection that breaks, are download_failed; the next try works", async () => {
  faults.set(UNET, () => new Response("busy", { status: 503 }));
  await expect(obtain()).rejects.toMatchObject({
    code: "download_failed",
    message: expect.stringContaining("503") as unknown,
  });
  faults.set(UNET, () => {
    const broken = new ReadableStream({
      pull: (controller) => controller.error(new TypeError("network error")),
    });
    return new Response(broken);
  });
  await expect(obtain()).rejects.toMatchObject({ code: "download_failed" });
  faults.clear();
  await expect(obtain()).resolves.toMatchObject({ manifest: { id: "tiny-sd" } });
});

test("R26 a manifest served as an HTML page is refused, but does not take an installed model away", async () => {
  const page = (): Response => new Response("<!doctype html><title>Sign in</title>");
  faults.set("manifest.json", page);
  await expect(obtain()).rejects.toMatchObject({
    code: "model_corrupt",
    message: expect.stringContaining("<!doctype") as unknown,
  });
  faults.clear();
  await obtain();
  faults.set("manifest.json", page);
  await expect(obtain()).resolves.toMatchObject({ manifest: { id: "tiny-sd" } });
});

test("R26 a stored file that was altered on the disk is refused, removed, and fetched anew", async () => {
  const model = await obtain();
  const { sha256 } = model.manifest.files.find((file) => file.path === UNET)!;
  const root = await navigator.storage.getDirectory();
  const files = await (await root.getDirectoryHandle("models")).getDirectoryHandle("files");
  const stream = await (await files.getFileHandle(sha256)).createWritable({ keepExistingData: true });
  await stream.write({ type: "write", position: 10, data: new Uint8Array([1, 2, 3]) });
  await stream.close();

  await expect(model.read(UNET)).rejects.toMatchObject({ code: "model_corrupt" });
  await expect(model.read(UNET)).rejects.toMatchObject({ code: "model_not_installed" });
  fetched = [];
  const again = await obtain();
  expect(fetched.filter((path) => path !== "manifest.json")).toEqual([UNET]);
  await expect(again.read(UNET)).resolves.toHaveLength(104_923);
});

test("R26 a full quota is quota_exceeded and leaves no half a file", async () => {
  const write = vi.spyOn(FileSystemWritableFileStream.prototype, "write");
  write.mockRejectedValue(new DOMException("full", "QuotaExceededError"));
  await expect(obtain()).rejects.toMatchObject({ code: "quota_exceeded" });
  write.mockRestore();
  await expect(obtain()).resolves.toMatchObject({ manifest: { id: "tiny-sd" } });
});

test("a cancelled download is interrupted and goes on with what is missing", async () => {
  const abort = new AbortController();
  faults.set(UNET, (body) => {
    abort.abort();
    return new Response(body);
  });
  await expect(obtain(abort.signal)).rejects.toMatchObject({ code: "interrupted" });
  faults.clear();
  await expect(obtain()).resolves.toMatchObject({ manifest: { id: "tiny-sd" } });
});

test("two tabs that need the same model fetch each file once", async () => {
  await Promise.all([obtain(), obtain()]);
  expect(fetched.filter((path) => path === UNET)).toHaveLength(1);
});

test("a model that the server does not have is unknown_model, and so is an id that leaves its folder", async () => {
  faults.set("manifest.json", () => new Response("", { status: 404 }));
  await expect(obtain()).rejects.toMatchObject({ code: "unknown_model" });
  const store = await ModelStore.open();
  await expect(store.obtain(never, "../secret", ignore)).rejects.toMatchObject({ code: "unknown_model" });
});
