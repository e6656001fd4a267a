import { Readable } from "node:stream";
import { Hono } from "hono";
import { EaselError } from "../../../src/contracts/errors.ts";
import type { DiskStore } from "../../storage/disk-store.ts";
import { contentTypeOf } from "../../storage/object-store.ts";
import { verifyPath, type SignedGrant } from "../../storage/signed-url.ts";
import type { ApiContext, ApiEnvironment } from "../context.ts";
import { parseRange } from "../static/send-file.ts";

/** An object is data, never a page: nothing in it runs, and pages of any address may read what they have a URL for. */
const OBJECT_HEADERS = Object.freeze({
  "Content-Security-Policy": "default-src 'none'; sandbox",
  "Cross-Origin-Resource-Policy": "cross-origin",
  "Access-Control-Allow-Origin": "*",
  "X-Content-Type-Options": "nosniff",
});

/** The disk store's objects below /objects/, for whoever holds a signed URL. */
export function objectRoutes(store: DiskStore): Hono<ApiEnvironment> {
  const grantOf = (context: ApiContext): SignedGrant => {
    const key = context.req.path.slice("/objects/".length);
    const request = { method: context.req.method, key, query: context.req.query() };
    const grant = verifyPath(request, store.signingSecret, new Date());
    if (grant === undefined)
      throw new EaselError("forbidden", "This URL's signature does not fit, or its time is over.");
    return grant;
  };

  return new Hono<ApiEnvironment>()
    .use("/objects/*", async (context, next) => {
      for (const [name, value] of Object.entries(OBJECT_HEADERS)) context.header(name, value);
      await next();
    })
    .options("/objects/*", (context) =>
      context.body(null, 204, {
        "Access-Control-Allow-Methods": "GET, HEAD, PUT",
        "Access-Control-Allow-Headers": "content-type, range",
        "Access-Control-Max-Age": "3600",
      }),
    )
    .on(["GET", "HEAD"], "/objects/*", async (context) => {
      const { key, expires } = grantOf(context);
      const object = await store.head(key);
      if (object === undefined) throw new EaselError("not_found", "There is no such object.");
      context.header("Accept-Ranges", "bytes");
      context.header("Content-Type", contentTypeOf(key));
      context.header(
        "Cache-Control",
        `private, max-age=${Math.max(0, expires - Math.floor(Date.now() / 1000))}`,
      );
      const range = parseRange(context.req.header("range"), object.bytes);
      if (range === "unsatisfiable")
        return context.body(null, 416, { "Content-Range": `bytes */${object.bytes}` });
      const { start, end } = range ?? { start: 0, end: object.bytes - 1 };
      context.header("Content-Length", String(end - start + 1));
      if (range !== undefined) context.header("Content-Range", `bytes ${start}-${end}/${object.bytes}`);
      const status = range === undefined ? 200 : 206;
      if (context.req.method === "HEAD" || object.bytes === 0) return context.body(null, status);
      return context.body(Readable.toWeb(store.openRead(key, { start, end })) as ReadableStream, status);
    })
    .put("/objects/*", async (context) => {
      const grant = grantOf(context);
      if (context.req.header("content-type") !== grant.type) {
        throw new EaselError("forbidden", `The Content-Type ${grant.type ?? ""} was signed.`);
      }
      const announced = context.req.header("content-length");
      const { bytes, max = 0 } = grant;
      if (announced !== undefined && bytes !== undefined && Number(announced) !== bytes) {
        throw new EaselError("forbidden", `The Content-Length ${bytes} was signed.`);
      }
      if (announced !== undefined && Number(announced) > max) {
        throw new EaselError("payload_too_large", `At most ${max} bytes were agreed.`);
      }
      const body = context.req.raw.body;
      if (body === null) throw new EaselError("invalid_request", "There are no bytes to store.");
      await store.receive(grant.key, body, { max, ...(bytes === undefined ? {} : { bytes }) });
      return context.body(null, 200);
    });
}
