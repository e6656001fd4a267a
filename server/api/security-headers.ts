import type { MiddlewareHandler } from "hono";
import type { ApiEnvironment } from "./context.ts";

/** The content security policy of pages; `storeOrigins`: where presigned URLs point, if elsewhere. */
export function contentSecurityPolicy(storeOrigins: readonly string[]): string {
  const stores = storeOrigins.map((origin) => ` ${origin}`).join("");
  return [
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    // Svelte writes style attributes for transitions and bound sizes.
    "style-src 'self' 'unsafe-inline'",
    `img-src 'self' blob: data:${stores}`,
    // Models come from hubs and their mirrors, whose addresses a user may set (docs/adr/0026).
    `connect-src 'self' blob: data: https: http://localhost:* http://127.0.0.1:*${stores}`,
    "worker-src 'self'",
    "font-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/**
 * Isolation (for threads and precise timers) and safety, on every answer. A route that set one of them itself keeps
 * its own.
 */
export function securityHeaders(storeOrigins: readonly string[]): MiddlewareHandler<ApiEnvironment> {
  const headers = Object.entries({
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": contentSecurityPolicy(storeOrigins),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
  });
  return async (context, next) => {
    await next();
    // Not by context.header(): each call after the answer is made makes a new answer around its body.
    const told = context.res.headers;
    for (const [name, value] of headers) if (!told.has(name)) told.set(name, value);
  };
}
