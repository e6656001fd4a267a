import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { appFiles } from "./app-files.ts";
import { parseRange } from "./send-file.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "easel-app-"));
  mkdirSync(join(folder, "app", "assets"), { recursive: true });
  writeFileSync(join(folder, "secret.txt"), "not for you");
  writeFileSync(join(folder, "app", "index.html"), "<!doctype html><title>Easel</title>");
  writeFileSync(join(folder, "app", "sw.js"), "self.x = 1");
  writeFileSync(join(folder, "app", "assets", "index-abc.js"), "export {}");
  writeFileSync(join(folder, "app", "assets", "ort-def.wasm"), "wasm");
});
afterAll(() => rmSync(folder, { recursive: true }));

const get = (path: string, init?: RequestInit) => appFiles(join(folder, "app")).request(path, init);

test("hashed assets are kept for ever, everything else is asked for anew", async () => {
  expect((await get("/assets/index-abc.js")).headers.get("cache-control")).toBe(
    "public, max-age=31536000, immutable",
  );
  for (const path of ["/", "/index.html", "/sw.js"])
    expect((await get(path)).headers.get("cache-control")).toBe("no-cache");
  expect((await get("/assets/ort-def.wasm")).headers.get("content-type")).toBe("application/wasm");
});

test("a page's address gets the app, a missing file is missing", async () => {
  expect(await (await get("/history/42")).text()).toContain("<title>Easel</title>");
  for (const path of ["/assets/gone.js", "/gone.png", "/assets/gone"])
    expect((await get(path)).status).toBe(404);
});

test("no path leads out of the folder", async () => {
  for (const path of [
    "/../secret.txt",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/assets/..%2f..%2fsecret.txt",
    "/%00",
    "/%",
  ]) {
    const reply = await get(path);
    expect(await reply.text()).not.toContain("not for you");
  }
});

test("who takes gzip gets the packed file, others and ranges the file itself", async () => {
  const packed = gzipSync("export {}");
  writeFileSync(join(folder, "app", "assets", "index-abc.js.gz"), packed);
  const ask = (headers: Record<string, string>) => get("/assets/index-abc.js", { headers });
  const reply = await ask({ "accept-encoding": "gzip, br" });
  expect(reply.headers.get("content-encoding")).toBe("gzip");
  expect(reply.headers.get("content-type")).toContain("javascript");
  expect(reply.headers.get("vary")).toBe("Accept-Encoding");
  expect(Buffer.from(await reply.arrayBuffer())).toEqual(packed);
  const [plain, refused, range] = await Promise.all([
    ask({}),
    ask({ "accept-encoding": "gzip;q=0, identity" }),
    ask({ "accept-encoding": "gzip", range: "bytes=0-5" }),
  ]);
  for (const other of [plain, refused, range]) expect(other.headers.get("content-encoding")).toBeNull();
  expect(await plain.text()).toBe("export {}");
  expect(await range.text()).toBe("export");
  expect(plain.headers.get("etag")).not.toBe(reply.headers.get("etag"));
});

test("an unchanged file is not sent again", async () => {
  const etag = (await get("/sw.js")).headers.get("etag") ?? "";
  expect((await get("/sw.js", { headers: { "if-none-match": etag } })).status).toBe(304);
});

test("ranges are read as RFC 9110 says", () => {
  expect(parseRange("bytes=0-4", 10)).toEqual({ start: 0, end: 4 });
  expect(parseRange("bytes=5-", 10)).toEqual({ start: 5, end: 9 });
  expect(parseRange("bytes=-3", 10)).toEqual({ start: 7, end: 9 });
  expect(parseRange("bytes=-30", 10)).toEqual({ start: 0, end: 9 });
  expect(parseRange("bytes=8-99", 10)).toEqual({ start: 8, end: 9 });
  expect(parseRange("bytes=10-", 10)).toBe("unsatisfiable");
  expect(parseRange("bytes=5-4", 10)).toBe("unsatisfiable");
  for (const none of [undefined, "", "bytes=-", "bytes=0-1,3-4", "items=0-1"])
    expect(parseRange(none, 10)).toBeUndefined();
});
