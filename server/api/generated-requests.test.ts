import { once } from "node:events";
import { createServer } from "node:http";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { count } from "../tests/counts.ts";
import { DEPLOYMENTS, type Deployment } from "../tests/deployments.ts";
import { valueOf } from "../tests/from-schema.ts";
import { ScriptedSeer } from "../tests/scripted-seer.ts";
import { ScriptedWorker } from "../tests/scripted-worker.ts";
import { ADMIN_TOKEN, WORKER_TOKEN, type TestServer } from "../tests/test-server.ts";
import { exampleOf, type Schema } from "./docs/schema-text.ts";

interface Operation {
  parameters?: { name: string; in: string; schema?: Schema; required?: boolean }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

interface Sent {
  method: string;
  path: string;
  parameters: Record<string, unknown>;
  body: unknown;
  token: string | undefined;
}

/** As many waiting pictures as an owner may have: a batch of ten is refused, not drawn. */
const QUEUE = "3";

describe.each(DEPLOYMENTS)("generated requests on $name", ({ start }) => {
  let deployment: Deployment;
  let server: TestServer;
  let drawing: Promise<void>;
  let seeing: Promise<void>;
  const over = new AbortController();

  beforeAll(async () => {
    deployment = await start({ MAX_QUEUED_PER_OWNER: QUEUE, COMPAT_WAIT_SECONDS: "30", LOG_LEVEL: "error" });
    server = deployment.server;
    // Somebody draws what is asked for, and sees: the interfaces of others wait for it, as predictions do.
    const worker = new ScriptedWorker(server);
    drawing = (async () => {
      while (!over.signal.aborted) {
        const claim = await worker.claim(1, over.signal).catch(() => undefined);
        if (claim !== undefined) await worker.finish(claim).catch(() => {});
      }
    })();
    const seer = new ScriptedSeer(server);
    await seer.claim();
    seeing = (async () => {
      while (!over.signal.aborted) {
        const claim = await seer.claim({ waitSeconds: 1, signal: over.signal }).catch(() => undefined);
        if (claim !== undefined) await seer.finish(claim).catch(() => {});
      }
    })();
  });
  afterAll(async () => {
    over.abort();
    await drawing;
    await seeing;
    await deployment.close();
  });

  /** One request to one of the described routes, by its own schemas. */
  function requests(paths: Record<string, Record<string, Operation>>, ids: string[], tokens: string[]) {
    const operations = Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => {
        const fields = (operation.parameters ?? []).map(({ name, in: place, schema }) => {
          const value = valueOf(schema ?? { type: "string" });
          return [name, place === "path" ? fc.oneof(fc.constantFrom(...ids), value) : value] as const;
        });
        const schema = operation.requestBody?.content["application/json"]?.schema;
        return fc.record<Sent>({
          method: fc.constant(method.toUpperCase()),
          path: fc.constant(path),
          parameters: fc.record(Object.fromEntries(fields), { requiredKeys: [] }),
          body: schema === undefined ? fc.constant(undefined) : valueOf(schema),
          token: fc.constantFrom(...tokens, undefined),
        });
      }),
    );
    return fc.oneof(...operations);
  }

  async function send({ method, path, parameters, body, token }: Sent): Promise<Response> {
    const url = new URL(server.url);
    const headers: Record<string, string> = {};
    if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
    let filled = path;
    for (const [name, value] of Object.entries(parameters)) {
      // Half of a surrogate pair can't stand in an address or a header at all.
      const text = (typeof value === "string" ? value : JSON.stringify(value)).toWellFormed();
      if (filled.includes(`{${name}}`)) filled = filled.replace(`{${name}}`, encodeURIComponent(text));
      else if (name === "idempotency-key") headers[name] = encodeURIComponent(text).slice(0, 300);
      else url.searchParams.set(name, text);
    }
    url.pathname = filled.replace(/\{\w+\}/g, "none");
    const stop = new AbortController();
    // A claim that waits would only wait.
    const sent =
      path.endsWith("/claim") && typeof body === "object" && body !== null
        ? { ...body, wait_seconds: 0 }
        : body;
    if (sent !== undefined) headers["content-type"] = "application/json";
    const reply = await fetch(url, {
      method,
      headers,
      ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
      redirect: "manual",
      signal: stop.signal,
    });
    // An event stream of a waiting picture would stay open.
    if (reply.headers.get("content-type")?.startsWith("text/event-stream") === true) stop.abort();
    else await reply.arrayBuffer();
    return reply;
  }

  test("R23: generated requests by the API's own schemas are answered without a 5xx", async () => {
    const described = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as {
      paths: Record<string, Record<string, Operation>>;
    };
    const owner = await server.owner();
    const ids = [await owner.ask("one"), await owner.ask("two")];
    const tokens = [owner.token, (await server.owner()).token, WORKER_TOKEN, ADMIN_TOKEN, "sk-1234"];
    const statuses = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(requests(described.paths, ids, tokens), async (sent) => {
        const { status } = await send(sent);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        expect(status).toBeLessThan(500);
      }),
      { numRuns: count(150, 5000) },
    );
    // They reach the handlers, not only the checks before them.
    expect(statuses.get(200)).toBeGreaterThan(0);
    expect(statuses.get(400)).toBeGreaterThan(0);
  });

  test("R19: no URL in any field of any route is fetched", async () => {
    const fetched: string[] = [];
    const canary = createServer((request, reply) => {
      fetched.push(request.url ?? "");
      reply.end();
    }).listen(0, "127.0.0.1");
    await once(canary, "listening");
    const address = canary.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? (address?.port ?? 0) : 0}/fetched.png`;
    const described = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as {
      paths: Record<string, Record<string, Operation>>;
    };
    let sent = 0;
    for (const [path, item] of Object.entries(described.paths)) {
      for (const [method, { requestBody }] of Object.entries(item)) {
        const schema = requestBody?.content["application/json"]?.schema;
        const names = Object.keys(schema?.properties ?? {});
        const example = schema === undefined ? {} : (exampleOf(schema) as object);
        const bodies = [
          ...names.map((name) => ({ ...example, [name]: url })),
          { ...example, image_url: url },
        ];
        for (const body of bodies) {
          const parameters = { id: url, model: url, slug: url, file: url, key: url, path: url };
          const token = path.includes("/worker/") ? WORKER_TOKEN : (await server.owner()).token;
          const to = { method: method.toUpperCase(), path, parameters, token };
          await send({ ...to, body: schema === undefined ? undefined : body });
          sent++;
        }
      }
    }
    canary.close();
    expect(sent).toBeGreaterThan(50);
    expect(fetched).toEqual([]);
  });

  test("R23: text that a database can't keep is the client's mistake", async () => {
    const owner = await server.owner();
    for (const text of ["a\u0000b", "half \ud800 a pair"]) {
      for (const field of ["prompt", "negative_prompt", "batch_id"]) {
        const ask = { prompt: "a cat", model: "tiny-sd", [field]: text };
        const reply = await owner.call("POST", "/api/generated-images", ask);
        expect([field, reply.status]).toEqual([field, 400]);
        expect(await reply.json()).toMatchObject({ error: { code: "invalid_request" } });
      }
    }
  });
});
