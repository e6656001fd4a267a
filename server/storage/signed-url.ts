import { createHmac } from "node:crypto";
import { sameSecret } from "../secrets.ts";

/** What a signed URL allows, all of it under the signature. */
export interface SignedGrant {
  method: "GET" | "PUT";
  key: string;
  /** Unix time in seconds, the last one at which the URL is good. */
  expires: number;
  /** PUT: the Content-Type that must be sent. */
  type?: string;
  /** PUT: the exact Content-Length. */
  bytes?: number;
  /** PUT: the most bytes that are taken. */
  max?: number;
}

function signature(grant: SignedGrant, secret: string): string {
  const { method, key, expires, type = "", bytes = "", max = "" } = grant;
  return createHmac("sha256", secret)
    .update([method, key, expires, type, bytes, max].join("\n"))
    .digest("base64url");
}

/** The path and query of the URL, such as `/objects/images/1.png?method=GET&expires=...&signature=...`. */
export function signPath(grant: SignedGrant, secret: string): string {
  const query = new URLSearchParams({ method: grant.method, expires: String(grant.expires) });
  if (grant.type !== undefined) query.set("type", grant.type);
  if (grant.bytes !== undefined) query.set("bytes", String(grant.bytes));
  if (grant.max !== undefined) query.set("max", String(grant.max));
  query.set("signature", signature(grant, secret));
  return `/objects/${grant.key}?${query.toString()}`;
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/**
 * The grant of a request, or undefined where signature, expiry, key or method do not fit. HEAD is a GET without
 * its body.
 */
export function verifyPath(
  request: { method: string; key: string; query: Readonly<Record<string, string>> },
  secret: string,
  now: Date,
): SignedGrant | undefined {
  const { query } = request;
  const method = request.method === "HEAD" ? "GET" : request.method;
  const expires = wholeNumber(query["expires"]);
  if ((method !== "GET" && method !== "PUT") || method !== query["method"] || expires === undefined)
    return undefined;
  const bytes = wholeNumber(query["bytes"]);
  const max = wholeNumber(query["max"]);
  const grant: SignedGrant = {
    method,
    key: request.key,
    expires,
    ...(query["type"] === undefined ? {} : { type: query["type"] }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(max === undefined ? {} : { max }),
  };
  if (!sameSecret(query["signature"] ?? "", signature(grant, secret))) return undefined;
  return now.getTime() <= expires * 1000 ? grant : undefined;
}
