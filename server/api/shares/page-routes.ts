import { and, eq, gt, isNull, or, sql } from "drizzle-orm";
import { Hono } from "hono";
import { shares } from "../../db/schema.ts";
import type { Services } from "../../jobs/services.ts";
import type { ApiEnvironment } from "../context.ts";
import { publicOrigin } from "../request-origin.ts";
import type { ShareRow } from "./create.ts";
import { PLAIN_STYLE, STYLE_PATH } from "../pages/plain-page.ts";
import { missingPage, privatePage, sharePage } from "./page-html.ts";
import { extensionOf } from "../../storage/object-store.ts";

/** What is handed out for a share dies at most this long after revoking. */
const PICTURE_URL_SECONDS = 50;

async function findLive(services: Services, slug: string): Promise<ShareRow | undefined> {
  const [row] = await services.connection.database
    .select()
    .from(shares)
    .where(and(eq(shares.slug, slug), or(isNull(shares.expiresAt), gt(shares.expiresAt, sql`now()`))));
  return row;
}

/** The public pages: /s/{slug} and the picture on it. They need no owner, and but for private ones no script. */
export const sharePageRoutes = new Hono<ApiEnvironment>()
  .use("/s/*", async (context, next) => {
    await next();
    context.header("X-Robots-Tag", "noindex");
  })
  .get(STYLE_PATH, (context) =>
    context.body(PLAIN_STYLE, 200, {
      "Content-Type": "text/css; charset=utf-8",
      "Cache-Control": "max-age=3600",
    }),
  )
  .get("/s/:slug", async (context) => {
    const { services } = context.var;
    context.header("Cache-Control", "no-store");
    const row = await findLive(services, context.req.param("slug"));
    if (row === undefined) return context.html(missingPage(), 404);
    const origin = publicOrigin(context.req.raw, services.settings);
    const pageUrl = `${origin}/s/${row.slug}`;
    const { prompt, contentType, width, height } = row;
    const imageUrl = `${pageUrl}/image.${extensionOf(contentType)}`;
    if (width === null || height === null)
      return context.html(privatePage({ pageUrl, sealedPath: new URL(imageUrl).pathname }));
    return context.html(sharePage({ prompt, pageUrl, imageUrl, contentType, width, height }));
  })
  .get("/s/:slug/:file{image\\.(png|jpg|webp|bin)}", async (context) => {
    const { services } = context.var;
    context.header("Cache-Control", "no-store");
    const row = await findLive(services, context.req.param("slug"));
    if (row === undefined) return context.html(missingPage(), 404);
    const { url } = await services.store.presignGet(row.objectKey, {
      seconds: PICTURE_URL_SECONDS,
      origin: publicOrigin(context.req.raw, services.settings),
    });
    return context.redirect(url, 302);
  });
