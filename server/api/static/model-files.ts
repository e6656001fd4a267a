import { Hono } from "hono";
import { EaselError } from "../../../src/contracts/errors.ts";
import type { ApiEnvironment } from "../context.ts";
import { sendFile } from "./send-file.ts";

/**
 * The files of this server's models below /models/<id>/<path>, where an id may hold a slash. The browser verifies
 * them by SHA-256 and keeps them, so no-cache with an ETag is enough.
 */
export const modelFiles = new Hono<ApiEnvironment>().on(["GET", "HEAD"], "/models/*", async (context) => {
  const { models } = context.var.services;
  const parts = context.req.path.slice("/models/".length).split("/");
  for (const length of [1, 2]) {
    const path = models.file(parts.slice(0, length).join("/"), parts.slice(length).join("/"));
    const found =
      path === undefined ? undefined : await sendFile(context, path, { cacheControl: "no-cache" });
    if (found !== undefined) return found;
  }
  throw new EaselError("not_found", `No model of this server has the file ${context.req.path}.`);
});
