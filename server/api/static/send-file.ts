import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import type { Context } from "hono";

const TYPES: Readonly<Record<string, string>> = Object.freeze({
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  ico: "image/x-icon",
  jpg: "image/jpeg",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  map: "application/json",
  mjs: "text/javascript; charset=utf-8",
  onnx: "application/octet-stream",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  wasm: "application/wasm",
  webmanifest: "application/manifest+json",
  webp: "image/webp",
  woff2: "font/woff2",
});

export function contentTypeOfFile(path: string): string {
  return TYPES[path.slice(path.lastIndexOf(".") + 1).toLowerCase()] ?? "application/octet-stream";
}

/**
 * The part that a Range header asks for (RFC 9110, section 14), ends included; undefined: the whole; "unsatisfiable".
 * Of several ranges the whole is sent, which the standard allows.
 */
export function parseRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | "unsatisfiable" | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (match === null || (match[1] === "" && match[2] === "")) return undefined;
  const suffix = match[1] === "";
  const start = suffix ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = suffix || match[2] === "" ? size - 1 : Math.min(Number(match[2]), size - 1);
  return start > end || start >= size ? "unsatisfiable" : { start, end };
}

export interface FileTerms {
  cacheControl: string;
  contentType?: string;
}

/** Sends a file with its ETag, in the range that was asked for; undefined: there is no such file. */
export async function sendFile(
  context: Context,
  path: string,
  terms: FileTerms,
): Promise<Response | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) return undefined;
  const etag = `"${found.size.toString(36)}-${Math.round(found.mtimeMs).toString(36)}"`;
  const headers = new Headers({
    "Accept-Ranges": "bytes",
    "Cache-Control": terms.cacheControl,
    "Content-Type": terms.contentType ?? contentTypeOfFile(path),
    ETag: etag,
  });
  if (context.req.header("if-none-match") === etag) return new Response(null, { status: 304, headers });
  const ifRange = context.req.header("if-range");
  const rangeHeader = ifRange === undefined || ifRange === etag ? context.req.header("range") : undefined;
  const range = parseRange(rangeHeader, found.size);
  if (range === "unsatisfiable") {
    headers.set("Content-Range", `bytes */${found.size}`);
    return new Response(null, { status: 416, headers });
  }
  const { start, end } = range ?? { start: 0, end: found.size - 1 };
  headers.set("Content-Length", String(end - start + 1));
  if (range !== undefined) headers.set("Content-Range", `bytes ${start}-${end}/${found.size}`);
  const body = context.req.method === "HEAD" || found.size === 0 ? null : fileBody(path, start, end);
  return new Response(body, { status: range === undefined ? 200 : 206, headers });
}

function fileBody(path: string, start: number, end: number): ReadableStream {
  return Readable.toWeb(createReadStream(path, { start, end })) as ReadableStream;
}
