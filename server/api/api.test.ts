import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ERROR_CODES } from "../../src/contracts/errors.ts";
import { DEPLOYMENTS, type Deployment } from "../tests/deployments.ts";
import { ScriptedWorker } from "../tests/scripted-worker.ts";
import type { TestServer } from "../tests/test-server.ts";
import { createApp } from "./app.ts";

/** Sends a body in chunks, without a Content-Length; answers the status. */
function postChunked(url: string, chunks: number, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      url,
      { method: "POST", headers: { "content-type": "application/json", ...headers } },
      (reply) => {
        reply.resume();
        resolve(reply.statusCode ?? 0);
      },
    );
    // The server may hang up after its answer.
    sent.once("error", reject);
    sent.write('{"prompt":"');
    for (let index = 0; index < chunks; index++) sent.write("a".repeat(1024));
    sent.end('"}');
  });
}

describe.each(DEPLOYMENTS)("the API on $name", ({ start }) => {
  let deployment: Deployment;
  let server: TestServer;

  beforeAll(async () => {
    deployment = await start({ MAX_QUEUED_PER_OWNER: "5", MAX_QUEUED: "8" });
    server = deployment.server;
  });
  afterAll(() => deployment.close());

  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${server.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });

  test("bad input is answered with a code, a message and the field's path, and makes nothing", async () => {
    const owner = await server.owner();
    const ask = (body: unknown) => owner.call("POST", "/api/generated-images", body);
    const cases: { body: unknown; code: string; path?: string }[] = [
      { body: {}, code: "invalid_request", path: "prompt" },
      { body: { prompt: "   " }, code: "invalid_request", path: "prompt" },
      { body: { prompt: "x".repeat(10_001) }, code: "invalid_request", path: "prompt" },
      { body: { prompt: "a cat", num_steps: 0 }, code: "invalid_request", path: "num_steps" },
      { body: { prompt: "a cat", num_steps: 10_000 }, code: "invalid_request", path: "num_steps" },
      { body: { prompt: "a cat", seed: -1 }, code: "invalid_request", path: "seed" },
      { body: { prompt: "a cat", colour: "red" }, code: "invalid_request", path: "colour" },
      {
        body: { prompt: "a cat", second_pass: { scale: 2, num_steps: 4, strength: 2 } },
        code: "invalid_request",
        path: "second_pass.strength",
      },
      { body: { prompt: "a cat", model: "no/such-model" }, code: "unknown_model", path: "model" },
      { body: { prompt: "a cat", model: "tiny-sd", width: 4096, height: 4096 }, code: "unsupported_size" },
      {
        body: { prompt: "a cat", model: "tiny-sd", init_image: "nothing" },
        code: "invalid_request",
        path: "init_image",
      },
      { body: [], code: "invalid_request" },
    ];
    for (const { body, code, path } of cases) {
      const reply = await ask(body);
      const { error } = (await reply.json()) as { error: { code: string; path?: string; message: string } };
      expect({ status: reply.status, code: error.code }).toEqual({ status: 400, code });
      if (path !== undefined) expect(error.path).toBe(path);
      expect(error.message.length).toBeGreaterThan(5);
    }
    const malformed = await post("/api/generated-images", "{not json", {
      authorization: `Bearer ${owner.token}`,
    });
    expect(malformed.status).toBe(400);
    expect(await malformed.json()).toMatchObject({ error: { code: "invalid_request" } });
    expect(await owner.get("/api/generated-images")).toEqual({ generated_images: [], next_cursor: null });
  });

  test("R14: another owner gets 404 on every route, event streams included", async () => {
    const [owner, stranger] = [await server.owner(), await server.owner()];
    const worker = new ScriptedWorker(server);
    const id = await owner.ask("mine");
    await worker.finish(await worker.mustClaim());
    const shared = (await (await owner.call("POST", "/api/shares", { generated_image_id: id })).json()) as {
      id: string;
    };
    const upload = { purpose: "share", content_type: "image/png", bytes: 10, sha256: "0".repeat(64) };
    const uploaded = (await (await owner.call("POST", "/api/uploads", upload)).json()) as { id: string };
    const calls: [string, string, unknown?][] = [
      ["GET", `/api/generated-images/${id}`],
      ["GET", `/api/generated-images/${id}/url`],
      ["GET", `/api/generated-images/${id}/events`],
      ["DELETE", `/api/generated-images/${id}`],
      ["POST", `/api/uploads/${uploaded.id}/complete`],
      ["POST", "/api/shares", { generated_image_id: id }],
      ["POST", "/api/shares", { upload_id: uploaded.id }],
      ["DELETE", `/api/shares/${shared.id}`],
    ];
    for (const [method, path, body] of calls) {
      const reply = await stranger.call(method, path, body);
      expect([method, path, reply.status]).toEqual([method, path, 404]);
      expect(await reply.json()).toMatchObject({ error: { code: "not_found" } });
    }
    expect(await stranger.get("/api/generated-images")).toMatchObject({ generated_images: [] });
    expect(await stranger.get("/api/shares")).toEqual({ shares: [] });
    expect(await owner.image(id)).toMatchObject({ status: "succeeded" });
  });

  test("an owner's token is a cookie that no script reads; a change with it must come from the same origin", async () => {
    const first = await fetch(`${server.url}/api/generated-images`);
    const cookie = first.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^easel_owner=[\w-]{43};/);
    expect(cookie).toContain("HttpOnly");
    expect(cookie).toContain("SameSite=Lax");
    const headers = { cookie: cookie.split(";")[0] ?? "" };
    const ask = { prompt: "a hat", model: "tiny-sd" };
    const foreign: Record<string, string>[] = [{}, { origin: "https://evil.example" }, { origin: "null" }];
    for (const origin of foreign) {
      const refused = await post("/api/generated-images", ask, { ...headers, ...origin });
      expect(refused.status).toBe(403);
      expect(await refused.json()).toMatchObject({ error: { code: "forbidden" } });
    }
    expect((await post("/api/owners", "", { origin: "https://evil.example" })).status).toBe(403);
    const made = await post("/api/generated-images", ask, { ...headers, origin: server.url });
    expect(made.status).toBe(201);
    expect(made.headers.get("set-cookie")).toBeNull();
    const { id } = (await made.json()) as { id: string };
    expect(made.headers.get("location")).toBe(`/api/generated-images/${id}`);
    const mine = await fetch(`${server.url}/api/generated-images/${id}`, { headers });
    expect(mine.status).toBe(200);
    const cancelled = await fetch(`${server.url}/api/generated-images/${id}`, {
      method: "DELETE",
      headers: { ...headers, origin: server.url },
    });
    expect(cancelled.status).toBe(204);
    const unknown = await fetch(`${server.url}/api/generated-images`, {
      headers: { authorization: "Bearer nobody" },
    });
    expect(unknown.status).toBe(401);
  });

  test("R15: a body over 64 KiB is 413, announced or in chunks", async () => {
    const owner = await server.owner();
    const authorization = `Bearer ${owner.token}`;
    const large = await post("/api/generated-images", { prompt: "a".repeat(66_000) }, { authorization });
    expect(large.status).toBe(413);
    expect(await large.json()).toMatchObject({ error: { code: "payload_too_large" } });
    expect(await postChunked(`${server.url}/api/generated-images`, 80, { authorization })).toBe(413);
    // Within 64 KiB the chunked form is read as any other.
    expect(await postChunked(`${server.url}/api/generated-images`, 20, { authorization })).toBe(400);
  });

  test("R15: the interfaces of others take 16 MiB and no more, announced or in chunks", async () => {
    const mebibyte = 1024;
    for (const path of ["/v1/images/generations", "/sdapi/v1/txt2img"]) {
      const large = await post(path, { prompt: "a".repeat(17 * 1024 * 1024) });
      expect(large.status).toBe(413);
      // A little more than it takes: a client that goes on writing may be hung up on before it reads the answer.
      expect(await postChunked(`${server.url}${path}`, 16 * mebibyte + 8, {})).toBe(413);
      // One MiB is read, and then found to be no prompt.
      expect(await postChunked(`${server.url}${path}`, mebibyte, {})).toBe(400);
    }
  });

  test("R18: more waiting pictures than allowed are refused with a clear word, for one owner and in all", async () => {
    const [greedy, other] = [await server.owner(), await server.owner()];
    const ask = { prompt: "a queue", model: "tiny-sd" };
    const replies = await Promise.all(
      Array.from({ length: 12 }, () => greedy.call("POST", "/api/generated-images", ask)),
    );
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(5);
    const refused = replies.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(7);
    expect(refused[0]?.headers.get("retry-after")).toBe("10");
    expect(await refused[0]?.json()).toMatchObject({
      error: { code: "queue_full", message: expect.stringContaining("5 pictures waiting") as string },
    });
    for (let index = 0; index < 3; index++) await other.ask("still room");
    const full = await other.call("POST", "/api/generated-images", ask);
    expect(full.status).toBe(429);
    expect(await full.json()).toMatchObject({
      error: { code: "queue_full", message: expect.stringContaining("The server has") as string },
    });

    const worker = new ScriptedWorker(server);
    for (let claim = await worker.claim(); claim !== undefined; claim = await worker.claim())
      await worker.finish(claim);
    await other.ask("room again");
    await worker.finish(await worker.mustClaim());
  });

  test("the list pages through all of an owner's pictures, newest first, none twice", async () => {
    const owner = await server.owner();
    const ids: string[] = [];
    for (let index = 0; index < 5; index++) ids.unshift(await owner.ask(`page ${index}`));
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Record<string, unknown> = await owner.get(
        `/api/generated-images?limit=2${cursor === null ? "" : `&cursor=${cursor}`}`,
      );
      seen.push(...(page["generated_images"] as { id: string }[]).map(({ id }) => id));
      cursor = page["next_cursor"] as string | null;
    } while (cursor !== null);
    expect(seen).toEqual(ids);
    const wrong = await owner.call("GET", "/api/generated-images?cursor=nonsense");
    expect(await wrong.json()).toMatchObject({ error: { code: "invalid_request", path: "cursor" } });
    for (const id of ids) await owner.call("DELETE", `/api/generated-images/${id}`);
  });

  test("the worker routes take the worker token and nothing else", async () => {
    const owner = await server.owner();
    for (const token of ["", "wrong", owner.token]) {
      const reply = await post("/api/worker/claim", {}, { authorization: `Bearer ${token}` });
      expect(reply.status).toBe(401);
    }
  });

  test("the API describes itself, and says whether it is ready", async () => {
    const described = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { summary?: string; tags?: string[]; security?: object[] }>>;
    };
    const app = createApp(server.services, "nowhere");
    const routes = app.routes.filter(({ method, path }) => method !== "ALL" && !path.includes("*"));
    expect(routes.length).toBeGreaterThan(20);
    for (const { method, path } of routes) {
      // The assets of pages, and what says which methods there are, need no description.
      if (/\.css$|^\/api\/docs\/:file/.test(path)) continue;
      const name = path.replace(/:(\w+)(\{.*?\}(?=$|\/))?/g, "{$1}");
      const operation = described.paths[name]?.[method.toLowerCase()];
      expect([method, name, typeof operation?.summary]).toEqual([method, name, "string"]);
      expect([name, operation?.tags?.length]).toEqual([name, 1]);
    }
    expect(described.paths["/api/generated-images"]?.["get"]?.security).toEqual([
      { owner: [] },
      { cookie: [] },
    ]);
    for (const code of ERROR_CODES) expect(JSON.stringify(described)).toContain(`"${code}"`);
    expect(await (await fetch(`${server.url}/health`)).json()).toEqual({ status: "ok" });
  });

  test("the page of the API shows every route with a form to try it, under the strict policy", async () => {
    const page = await fetch(`${server.url}/api/docs`);
    expect(page.headers.get("content-security-policy")).toContain("script-src 'self'");
    const text = await page.text();
    const described = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as {
      paths: Record<string, object>;
    };
    for (const [path, item] of Object.entries(described.paths))
      for (const method of Object.keys(item))
        expect(text).toContain(`data-method="${method}" data-path="${path}"`);
    // Nothing inline, nothing from elsewhere.
    expect(text).not.toMatch(/<script(?![^>]* src="\/)|<style|style="|\son\w+=|(src|href)="(?!\/)/);
    for (const [, asset] of text.matchAll(/(?:src|href)="(\/api\/docs\/[^"]+)"/g))
      expect((await fetch(`${server.url}${asset ?? ""}`)).status).toBe(200);
  });

  test("every answer isolates the page, and its policy admits the object store", async () => {
    for (const path of ["/", "/api/models", "/nothing.js", "/s/none"]) {
      const { headers } = await fetch(`${server.url}${path}`);
      expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
      expect(headers.get("cross-origin-embedder-policy")).toBe("require-corp");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'");
      for (const origin of server.services.store.publicOrigins) {
        expect(policy).toMatch(new RegExp(`connect-src [^;]*${origin}`));
        expect(policy).toMatch(new RegExp(`img-src [^;]*${origin}`));
      }
    }
  });

  test("model files are served with ranges and an ETag, and nothing beside them", async () => {
    const manifest = server.services.models.find("tiny-sd");
    const file = manifest?.files.find(({ path }) => path.endsWith(".onnx"));
    const url = `${server.url}/models/tiny-sd/${file?.path ?? ""}`;
    const whole = await fetch(url);
    expect(Number(whole.headers.get("content-length"))).toBe(file?.size);
    const bytes = new Uint8Array(await whole.arrayBuffer());
    const part = await fetch(url, { headers: { range: "bytes=10-19" } });
    expect(part.status).toBe(206);
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(bytes.slice(10, 20));
    expect(part.headers.get("content-range")).toBe(`bytes 10-19/${file?.size ?? 0}`);
    const again = await fetch(url, { headers: { "if-none-match": whole.headers.get("etag") ?? "" } });
    expect(again.status).toBe(304);
    expect((await fetch(url, { headers: { range: "bytes=99999999-" } })).status).toBe(416);
    for (const path of [
      "tiny-sd/../lab/README.md",
      "tiny-sd/%2e%2e/%2e%2e/package.json",
      "tiny-sd/",
      "none/model.onnx",
    ]) {
      expect((await fetch(`${server.url}/models/${path}`)).status).toBe(404);
    }
  });
});
