import type { OpenAPIHono } from "@hono/zod-openapi";
import { Hono } from "hono";
import { packageRoot } from "../../package-root.ts";
import type { ApiEnvironment } from "../context.ts";
import { sendFile } from "../static/send-file.ts";
import { openApiDocument } from "./document.ts";
import { docsPage } from "./page.ts";

/** /api/openapi.json, and /api/docs to read and try it; both are made once, of the routes that `app` has. */
export function docsRoutes(app: OpenAPIHono<ApiEnvironment>): Hono<ApiEnvironment> {
  const document = openApiDocument(app);
  const page = docsPage(document);
  return new Hono<ApiEnvironment>()
    .get("/api/openapi.json", (context) => context.json(document))
    .get("/api/docs", async (context) => context.html(await page))
    .get("/api/docs/:file{page\\.css|try-it\\.js}", async (context, next) => {
      const file = packageRoot("server/api/docs", context.req.param("file"));
      return (await sendFile(context, file, { cacheControl: "no-cache" })) ?? next();
    });
}
