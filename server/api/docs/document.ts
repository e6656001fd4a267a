import type { OpenAPIHono } from "@hono/zod-openapi";
import { OWNER_COOKIE } from "../../../src/contracts/owner.ts";
import type { ApiEnvironment } from "../context.ts";
import { PLAIN_ROUTES } from "./plain-routes.ts";

const DESCRIPTION = `Words into pictures. Ask with \`POST /api/generated-images\`, follow the picture's events, fetch it from its presigned URL.

Who asks is an owner: an opaque token, as a bearer token or as the cookie that a first request without one receives. On a closed instance it is a token that its operator made. Every error is \`{error: {code, message, hint?, path?}}\`, on the compatibility routes in the form of the interface they are compatible with. 429 carries \`Retry-After\`.`;

interface Area {
  tag: string;
  description: string;
  /** By the start of the path; the first that fits. */
  prefixes: readonly string[];
  security: readonly Record<string, string[]>[];
}

const NOBODY: Area["security"] = [];
const OWNER: Area["security"] = [{ owner: [] }, { cookie: [] }];
const GUEST: Area["security"] = [{ owner: [] }, {}];

const AREAS: readonly Area[] = [
  {
    tag: "Pictures",
    description: "Ask, follow, fetch, remove.",
    prefixes: ["/api/generated-images"],
    security: OWNER,
  },
  {
    tag: "Seeing",
    description: "What is in a picture, what a text is about.",
    prefixes: ["/api/predictions"],
    security: OWNER,
  },
  {
    tag: "Documents",
    description: "Pictures and PDFs that are kept and looked through.",
    prefixes: ["/api/documents"],
    security: OWNER,
  },
  {
    tag: "Uploads",
    description: "Pictures that go into a request or a link.",
    prefixes: ["/api/uploads"],
    security: OWNER,
  },
  {
    tag: "Shares",
    description: "Links to pictures, and their public pages.",
    prefixes: ["/api/shares"],
    security: OWNER,
  },
  { tag: "Shares", description: "", prefixes: ["/s/"], security: NOBODY },
  { tag: "Owners", description: "", prefixes: ["/api/owners/links", "/api/owners/devices"], security: OWNER },
  { tag: "Owners", description: "Who asks.", prefixes: ["/api/owners", "/access"], security: NOBODY },
  {
    tag: "Models",
    description: "What can be drawn with.",
    prefixes: ["/api/models", "/models/"],
    security: NOBODY,
  },
  {
    tag: "OpenAI's interface",
    description: "For clients of OpenAI's image API.",
    prefixes: ["/v1/"],
    security: GUEST,
  },
  {
    tag: "AUTOMATIC1111's interface",
    description: "For clients of the Stable Diffusion web UI.",
    prefixes: ["/sdapi/"],
    security: GUEST,
  },
  {
    tag: "Workers",
    description: "What a GPU worker speaks.",
    prefixes: ["/api/worker/"],
    security: [{ worker: [] }],
  },
  {
    tag: "Administration",
    description: "With the admin token.",
    prefixes: ["/api/admin/", "/api/cache", "/metrics"],
    security: [{ admin: [] }],
  },
  { tag: "Operation", description: "How the server is.", prefixes: ["/"], security: NOBODY },
];

function areaOf(path: string): Area {
  const area = AREAS.find(({ prefixes }) => prefixes.some((prefix) => path.startsWith(prefix)));
  if (area === undefined) throw new Error(`No area of the API holds ${path}.`);
  return area;
}

type SecurityScheme =
  { type: "http"; scheme: string; description: string } | { type: "apiKey"; in: "cookie"; name: string };

function bearer(description: string): SecurityScheme {
  return { type: "http", scheme: "bearer", description };
}

/** The API's description in OpenAPI 3.1, from the very schemas that the routes check with. */
export function openApiDocument(app: OpenAPIHono<ApiEnvironment>) {
  const scheme = (name: string, component: SecurityScheme) =>
    app.openAPIRegistry.registerComponent("securitySchemes", name, component);
  scheme("owner", bearer("An owner's token, or a foreign client's key."));
  scheme("worker", bearer("EASEL_WORKER_TOKEN."));
  scheme("admin", bearer("EASEL_ADMIN_TOKEN."));
  scheme("cookie", { type: "apiKey", in: "cookie", name: OWNER_COOKIE });
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "Easel", version: "0.1.0", description: DESCRIPTION, license: { name: "Apache-2.0" } },
    tags: AREAS.filter(({ description }) => description !== "").map(({ tag: name, description }) => ({
      name,
      description,
    })),
  });
  const paths = { ...document.paths, ...PLAIN_ROUTES };
  for (const [path, item] of Object.entries(paths)) {
    const { tag, security } = areaOf(path);
    for (const operation of Object.values(item as Record<string, { tags?: string[]; security?: unknown }>)) {
      operation.tags = [tag];
      operation.security = security;
    }
  }
  return { ...document, paths };
}
