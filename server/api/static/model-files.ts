import { sep } from "node:path";
import { Hono, type MiddlewareHandler } from "hono";
import { EaselError } from "../../../src/contracts/errors.ts";
import { packageRoot } from "../../package-root.ts";
import type { ModelShelf } from "../../models/model-shelf.ts";
import type { ApiEnvironment } from "../context.ts";
import { ownerWhereClosed } from "../owners/owner-auth.ts";
import { sendFile } from "./send-file.ts";

/** Easel's own models are in its repository, and the page fetches them before anybody shows a token. */
const EVERYBODYS = packageRoot("models") + sep;

/** The file that a path below /models/ names: an id may hold a slash. */
function fileOf(models: ModelShelf, path: string): string | undefined {
  const parts = path.slice("/models/".length).split("/");
  return (
    models.file(parts[0] ?? "", parts.slice(1).join("/")) ??
    models.file(parts.slice(0, 2).join("/"), parts.slice(2).join("/"))
  );
}

/** On a closed instance the files of models that the operator added are for owners alone. */
const ownersOfAdded: MiddlewareHandler<ApiEnvironment> = (context, next) => {
  const path = fileOf(context.var.services.models, context.req.path);
  return path?.startsWith(EVERYBODYS) === true ? next() : ownerWhereClosed(context, next);
};

/**
 * The files of this server's models below /models/<id>/<path>. The browser verifies them by SHA-256 and keeps them, so
 * no-cache with an ETag is enough.
 */
export const modelFiles = new Hono<ApiEnvironment>()
  .use("/models/*", ownersOfAdded)
  .on(["GET", "HEAD"], "/models/*", async (context) => {
    const path = fileOf(context.var.services.models, context.req.path);
    const found =
      path === undefined ? undefined : await sendFile(context, path, { cacheControl: "no-cache" });
    if (found !== undefined) return found;
    throw new EaselError("not_found", `No model of this server has the file ${context.req.path}.`);
  });
