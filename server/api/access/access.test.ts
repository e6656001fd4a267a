import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../package-root.ts";
import { DATABASES } from "../../tests/deployments.ts";
import type { TestDatabase } from "../../tests/embedded-database.ts";
import { OwnerClient, TestServer } from "../../tests/test-server.ts";

interface Made {
  id: string;
  token: string;
}

describe.each(DATABASES)("access on $name", ({ start }) => {
  let database: TestDatabase;
  let open: TestServer;
  let closed: TestServer;

  beforeAll(async () => {
    database = await start();
    open = await TestServer.start(database);
    closed = await TestServer.start(database, { EASEL_ACCESS: "token" });
  });
  afterAll(async () => {
    await Promise.all([open.close(), closed.close()]);
    await database.close();
  });

  const add = async (name: string) =>
    (await (await closed.admin("POST", "/api/admin/tokens", { name })).json()) as Made;
  const list = (at: TestServer, token: string) =>
    new OwnerClient(at.url, token).call("GET", "/api/generated-images");

  test("a closed instance takes nobody without a token, whatever else they show", async () => {
    const anonymous = await open.owner();
    const calls: Promise<Response>[] = [
      fetch(`${closed.url}/api/generated-images`),
      fetch(`${closed.url}/api/models`),
      fetch(`${closed.url}/api/owners`, { method: "POST" }),
      fetch(`${closed.url}/api/generated-images`, { headers: { cookie: `easel_owner=${anonymous.token}` } }),
      list(closed, anonymous.token),
      list(closed, "sk-a-key-of-some-other-service-that-is-long-enough"),
    ];
    for (const reply of await Promise.all(calls)) {
      expect(reply.status).toBe(401);
      expect(reply.headers.get("set-cookie")).toBeNull();
      expect(await reply.json()).toMatchObject({
        error: { code: "unauthorized", hint: expect.stringContaining("/access") as string },
      });
    }
  });

  test("an access token lets in until it is revoked, on open instances too; its name is free again then", async () => {
    const { id, token } = await add("Ada");
    expect((await list(closed, token)).status).toBe(200);
    expect((await closed.admin("POST", "/api/admin/tokens", { name: "Ada" })).status).toBe(409);
    expect((await closed.admin("DELETE", `/api/admin/tokens/${id}`)).status).toBe(204);
    expect((await list(closed, token)).status).toBe(401);
    expect((await list(open, token)).status).toBe(401);
    expect((await closed.admin("DELETE", `/api/admin/tokens/${id}`)).status).toBe(404);
    await add("Ada");
    const all = (await (await closed.admin("GET", "/api/admin/tokens")).json()) as { tokens: object[] };
    expect(all.tokens).toMatchObject([
      { name: "Ada", revoked_at: expect.any(String) as string },
      { name: "Ada", revoked_at: null },
    ]);
    expect(JSON.stringify(all)).not.toContain(token);
  });

  test("the files of a model that the operator added need a token on a closed instance; Easel's own do not", async () => {
    const manifest: unknown = JSON.parse(
      readFileSync(packageRoot("models", "tiny", "sd", "manifest.json"), "utf8"),
    );
    for (const { services } of [open, closed]) {
      const folder = join(services.settings.DATA_DIR, "models", "added");
      mkdirSync(folder, { recursive: true });
      writeFileSync(
        join(folder, "manifest.json"),
        JSON.stringify({ ...(manifest as object), id: "the/added" }),
      );
    }
    const { token } = await add("a page");
    const statusOf = async (at: TestServer, model: string, headers: Record<string, string> = {}) =>
      (await fetch(`${at.url}/models/${model}/manifest.json`, { headers })).status;
    // The page's own requests carry the cookie.
    const cookie = { cookie: `easel_owner=${token}` };
    await expect.poll(() => statusOf(closed, "the/added", cookie), { timeout: 10_000 }).toBe(200);
    expect(await statusOf(closed, "the/added")).toBe(401);
    expect(await statusOf(closed, "the/unknown")).toBe(401);
    expect(await statusOf(closed, "easel-mini")).toBe(200);
    await expect.poll(() => statusOf(open, "the/added"), { timeout: 10_000 }).toBe(200);
  });

  test("administration takes the admin token and nothing else", async () => {
    const { token } = await add("Eve");
    for (const wrong of [token, "", "wrong"]) {
      const eve = new OwnerClient(closed.url, wrong);
      for (const method of ["GET", "POST"])
        expect((await eve.call(method, "/api/admin/tokens")).status).toBe(401);
    }
  });

  test("/access turns a token into the owner's cookie, and a wrong one into a word", async () => {
    const { token } = await add("Grace");
    const give = (given: string, headers: Record<string, string>) =>
      fetch(`${closed.url}/access`, {
        method: "POST",
        headers,
        body: new URLSearchParams({ token: given }),
        redirect: "manual",
      });
    const form = await fetch(`${closed.url}/access`);
    // Under no-referrer a browser would send the form with `Origin: null`.
    expect(form.headers.get("referrer-policy")).toBe("same-origin");
    const wrong = await give("nothing", { origin: closed.url });
    expect(wrong.status).toBe(401);
    expect(await wrong.text()).toContain("opens nothing here");
    expect((await give(token, { origin: "https://evil.example" })).status).toBe(403);
    const right = await give(token, { origin: closed.url });
    expect([right.status, right.headers.get("location")]).toEqual([303, "/"]);
    const cookie = right.headers.get("set-cookie")?.split(";")[0] ?? "";
    expect((await fetch(`${closed.url}/api/generated-images`, { headers: { cookie } })).status).toBe(200);
  });

  test("an unknown key makes an owner of its own on an open instance, if it can be a secret", async () => {
    const key = "sk-a-key-of-some-other-service-that-is-long-enough";
    const owner = new OwnerClient(open.url, key);
    const id = await owner.ask("by key");
    expect((await owner.call("GET", `/api/generated-images/${id}`)).status).toBe(200);
    expect((await list(open, `${key}-2`)).status).toBe(200);
    const stranger = new OwnerClient(open.url, `${key}-2`);
    expect((await stranger.call("GET", `/api/generated-images/${id}`)).status).toBe(404);
    expect((await list(open, "sk-1234")).status).toBe(401);
  });
});
