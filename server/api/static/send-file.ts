import { createReadStream, type Stats } from "node:fs";
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

/** What scripts/build.mjs puts beside a file that compresses well. */
const PACKED = ".gz";

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
  /** A `.gz` beside the file is sent to who takes one; a range is cut from the file itself. */
  packed?: boolean;
}

/** Sends a file with its ETag, in the range that was asked for; undefined: there is no such file. */
export async function sendFile(
  context: Context,
  path: string,
  terms: FileTerms,
): Promise<Response | undefined> {
  const plain = await stat(path).catch(() => undefined);
  if (plain?.isFile() !== true) return undefined;
  const packed = terms.packed === true && takesGzip(context) ? await packedBeside(path) : undefined;
  const found = packed ?? plain;
  const etag = `"${found.size.toString(36)}-${Math.round(found.mtimeMs).toString(36)}"`;
  const headers = new Headers({
    ...(terms.packed === true && { Vary: "Accept-Encoding" }),
    ...(packed && { "Content-Encoding": "gzip" }),
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
  const sent = packed === undefined ? path : path + PACKED;
  const body = context.req.method === "HEAD" || found.size === 0 ? null : fileBody(sent, start, end);
  return new Response(body, { status: range === undefined ? 200 : 206, headers });
}

function takesGzip({ req }: Context): boolean {
  return (
    req.header("range") === undefined &&
    /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:\s*(?:,|$)))/.test(req.header("accept-encoding") ?? "")
  );
}

async function packedBeside(path: string): Promise<Stats | undefined> {
  return await stat(path + PACKED).catch(() => undefined);
}

function fileBody(path: string, start: number, end: number): ReadableStream {
  return Readable.toWeb(createReadStream(path, { start, end })) as ReadableStream;
}
