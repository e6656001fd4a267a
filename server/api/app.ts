import { OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { EaselError } from "../../src/contracts/errors.ts";
import { UPLOAD_MAX_BYTES } from "../../src/contracts/upload.ts";
import type { Services } from "../jobs/services.ts";
import { DiskStore } from "../storage/disk-store.ts";
import type { ApiEnvironment } from "./context.ts";
import { DOCUMENT_MAX_BYTES } from "../../src/contracts/document.ts";
import { docsRoutes } from "./docs/routes.ts";
import { formBody } from "./form-body.ts";
import { documentRoutes } from "./documents/routes.ts";
import { replyError } from "./error-replies.ts";
import { generatedImageRoutes } from "./generated-images/routes.ts";
import { healthRoutes } from "./health/routes.ts";
import { metricsRoutes } from "./metrics/routes.ts";
import { modelRoutes } from "./models/routes.ts";
import { objectRoutes } from "./objects/routes.ts";
import { accessRoutes } from "./access/routes.ts";
import { instanceRoutes } from "./admin/instance-routes.ts";
import { adminAuth, adminRoutes } from "./admin/routes.ts";
import { limitAddress } from "./limits/rate-limit.ts";
import { openAiRoutes } from "./openai/routes.ts";
import { knownHost } from "./known-host.ts";
import { guestAuth } from "./owners/guest-auth.ts";
import { ownerAuth, ownerWhereClosed } from "./owners/owner-auth.ts";
import { deviceRoutes } from "./owners/device-routes.ts";
import { ownerRoutes } from "./owners/routes.ts";
import { predictionRoutes } from "./predictions/routes.ts";
import { sdapiRoutes } from "./sdapi/routes.ts";
import { requestLog } from "./request-log.ts";
import { securityHeaders } from "./security-headers.ts";
import { sharePageRoutes } from "./shares/page-routes.ts";
import { shareRoutes } from "./shares/routes.ts";
import { appFiles } from "./static/app-files.ts";
import { modelFiles } from "./static/model-files.ts";
import { uploadRoutes } from "./uploads/routes.ts";
import { workerAuth, workerRoutes } from "./worker/routes.ts";
import { seeingWorkerRoutes } from "./worker/seeing-routes.ts";

const BODY_MAX_BYTES = 64 * 1024;
/** The interfaces of others carry pictures inside their JSON. */
const COMPAT_BODY_MAX_BYTES = 16 * 1024 * 1024;
const COMPAT_PATHS = ["/v1/*", "/sdapi/*"];
/** A batch of what was seen, fifty labels in two languages each. */
const SEEN_BODY_MAX_BYTES = 512 * 1024;

/** A body whose length is announced is not touched here: reading it as a stream would cost every request dearly. */
function atMost(maxSize: number): MiddlewareHandler<ApiEnvironment> {
  const tooLarge = () => {
    throw new EaselError("payload_too_large", `A request's body has at most ${maxSize} bytes.`);
  };
  const counted = bodyLimit({ maxSize, onError: tooLarge });
  return async (context, next) => {
    if (context.req.header("transfer-encoding") !== undefined) return counted(context, next);
    // Without a length there is no body (RFC 9112, section 6.3), and none longer than announced is read.
    if (Number(context.req.header("content-length") ?? 0) > maxSize) return tooLarge();
    return next();
  };
}
const small = atMost(BODY_MAX_BYTES);
/** Besides its file: boundaries, and the other field (a title of 200 characters). */
const FORM_BYTES = 16 * 1024;
const LIMITS: readonly { path: RegExp; limit: MiddlewareHandler<ApiEnvironment> }[] = [
  { path: /^\/(v1|sdapi)\//, limit: atMost(COMPAT_BODY_MAX_BYTES) },
  { path: /^\/api\/predictions\/image$/, limit: atMost(UPLOAD_MAX_BYTES + FORM_BYTES) },
  { path: /^\/api\/documents$/, limit: atMost(DOCUMENT_MAX_BYTES + FORM_BYTES) },
  { path: /^\/api\/worker\/seeing\//, limit: atMost(SEEN_BODY_MAX_BYTES) },
];

/** The whole HTTP surface: the API, public pages, objects on disk, models and the built app in `appFolder`. */
export function createApp(services: Services, appFolder: string): OpenAPIHono<ApiEnvironment> {
  const app = new OpenAPIHono<ApiEnvironment>();
  app.onError((error, context) => replyError(context, error, services.log));
  app.notFound((context) => {
    return replyError(
      context,
      new EaselError("not_found", `There is nothing at ${context.req.path}.`),
      services.log,
    );
  });
  app.use(async (context, next) => {
    context.set("services", services);
    await next();
  });
  app.use(requestLog);
  app.use(securityHeaders(services.store.publicOrigins));

  app.use(knownHost);

  // Objects are streamed under limits of their own; everything else is small.
  if (services.store instanceof DiskStore) app.route("/", objectRoutes(services.store));
  app.use((context, next) => {
    const larger = LIMITS.find(({ path }) => path.test(context.req.path));
    return (larger?.limit ?? small)(context, next);
  });

  app.use("/api/worker/*", workerAuth);
  for (const path of ["/api/*", "/s/*", "/access", ...COMPAT_PATHS]) app.use(path, limitAddress);
  for (const path of ["/api/admin/*", "/api/cache"]) app.use(path, adminAuth);
  app.use("/api/models", ownerWhereClosed);
  // A pattern that ends in /* holds for the path before it too.
  const owned = [
    "generated-images",
    "predictions",
    "documents",
    "uploads",
    "shares",
    "owners/links",
    "owners/devices",
  ];
  for (const path of owned) app.use(`/api/${path}/*`, ownerAuth);
  for (const path of COMPAT_PATHS) app.use(path, guestAuth);
  for (const path of ["/api/predictions/image", "/api/documents"]) app.post(path, formBody);
  app.route("/", ownerRoutes);
  app.route("/", deviceRoutes);
  app.route("/", generatedImageRoutes);
  app.route("/", predictionRoutes);
  app.route("/", documentRoutes);
  app.route("/", uploadRoutes);
  app.route("/", shareRoutes);
  app.route("/", modelRoutes);
  app.route("/", workerRoutes);
  app.route("/", seeingWorkerRoutes);
  app.route("/", adminRoutes);
  app.route("/", instanceRoutes);
  app.route("/", healthRoutes);
  app.route("/", metricsRoutes);
  app.route("/", openAiRoutes);
  app.route("/", sdapiRoutes());
  app.route("/", docsRoutes(app));
  for (const path of ["/api/*", ...COMPAT_PATHS]) app.all(path, (context) => context.notFound());

  app.route("/", sharePageRoutes);
  app.route("/", accessRoutes);
  app.route("/", modelFiles);
  app.route("/", appFiles(appFolder));
  return app;
}
