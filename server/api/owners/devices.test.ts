import { networkInterfaces } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ownerLinkSchema } from "../../../src/contracts/owner.ts";
import { sweepKept } from "../../jobs/retention.ts";
import type { Settings } from "../../settings.ts";
import { DEPLOYMENTS, type Deployment } from "../../tests/deployments.ts";
import { OwnerClient, type TestServer } from "../../tests/test-server.ts";
import { createApp } from "../app.ts";
import { listen } from "../listen.ts";

interface Device {
  id: string;
  name: string | null;
  current: boolean;
  revocable: boolean;
}

describe.each(DEPLOYMENTS)("an owner's devices on $name", ({ start }) => {
  let deployment: Deployment;
  let server: TestServer;

  beforeAll(async () => {
    deployment = await start();
    server = deployment.server;
  });
  afterAll(() => deployment.close());

  async function codeOf(owner: OwnerClient): Promise<string> {
    const reply = await owner.call("POST", "/api/owners/links");
    expect(reply.status).toBe(201);
    const link = (await reply.json()) as { code: string; url: string; expires_at: string };
    expect(link.url).toBe(`${server.url}/#/join/${link.code}`);
    // 256 random bits, and ten minutes by the database's clock.
    expect(link.code).toMatch(/^[\w-]{43}$/);
    const minutes = (Date.parse(link.expires_at) - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(9);
    expect(minutes).toBeLessThan(11);
    return link.code;
  }

  const bring = (code: string, more: object = {}, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/api/owners/joins`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ code, ...more }),
    });

  async function joined(owner: OwnerClient, name: string): Promise<OwnerClient> {
    const reply = await bring(await codeOf(owner), { name });
    expect(reply.status).toBe(201);
    return new OwnerClient(server.url, ((await reply.json()) as { token: string }).token);
  }

  const devicesOf = async (owner: OwnerClient) =>
    ((await owner.get("/api/owners/devices")) as { devices: Device[] }).devices;

  test("a second device joins by a code and is the same owner with a token of its own", async () => {
    const owner = await server.owner();
    const id = await owner.ask("ours");
    const code = await codeOf(owner);
    const reply = await bring(code, { name: "A phone" });
    expect(reply.status).toBe(201);
    const { token } = (await reply.json()) as { token: string };
    expect(token).not.toBe(owner.token);
    expect(reply.headers.get("set-cookie")).toMatch(new RegExp(`^easel_owner=${token};.*HttpOnly`));
    const phone = new OwnerClient(server.url, token);
    expect(await phone.image(id)).toMatchObject({ id, prompt: "ours" });
    const its = await phone.ask("from the phone");
    expect(await owner.image(its)).toMatchObject({ prompt: "from the phone" });

    const devices = await devicesOf(phone);
    expect(devices).toMatchObject([
      { name: null, current: false, revocable: true },
      { name: "A phone", current: true, revocable: true },
    ]);
    expect((await devicesOf(owner)).map(({ current }) => current)).toEqual([true, false]);

    // Neither code nor token is in the database.
    const { sql } = server.services.connection;
    await codeOf(owner);
    const rows = JSON.stringify([
      await sql`select * from owner_tokens`,
      await sql`select * from owner_links`,
    ]);
    expect(rows).not.toContain(token);
    expect(rows).not.toContain(code);
  });

  test("for a page that is open on this machine the server names the addresses that it listens on", async () => {
    const { services } = server;
    const owner = await server.owner();
    const { settings } = services;
    const everywhere = await listen(createApp(services, settings.DATA_DIR), { port: 0, host: "0.0.0.0" });
    const linkAt = async (more: Partial<Settings>) => {
      services.settings = { ...settings, PORT: everywhere.port, ...more };
      const there = new OwnerClient(`http://localhost:${everywhere.port}`, owner.token);
      return ownerLinkSchema.parse(await (await there.call("POST", "/api/owners/links")).json());
    };
    try {
      expect((await linkAt({ HOST: "127.0.0.1" })).network_urls).toEqual([]);
      const { code, url, network_urls: urls } = await linkAt({ HOST: "0.0.0.0" });
      expect(url).toBe(`http://localhost:${everywhere.port}/#/join/${code}`);
      const outside = Object.values(networkInterfaces())
        .flatMap((addresses) => addresses ?? [])
        .filter(({ internal, family }) => !internal && family === "IPv4");
      expect(urls).toHaveLength(outside.length);
      for (const address of urls) {
        expect(address).toMatch(new RegExp(`/#/join/${code}$`));
        expect((await fetch(new URL("/health", address))).status).toBe(200);
      }
      // A proxy that is set up tells where the server is.
      const [named, own] = ["https://easel.example", "http://localhost:9"];
      const publicly = await linkAt({ HOST: "127.0.0.1", PUBLIC_URL: named });
      expect(publicly.network_urls).toEqual([`${named}/#/join/${publicly.code}`]);
      expect((await linkAt({ HOST: "0.0.0.0", PUBLIC_URL: own })).network_urls).toEqual([]);
    } finally {
      services.settings = settings;
      await everywhere.close();
    }
  });

  test("a code is good once, for the newest only, and not for ever", async () => {
    const owner = await server.owner();
    const used = await codeOf(owner);
    expect((await bring(used)).status).toBe(201);
    const replaced = await codeOf(owner);
    const late = await codeOf(owner);
    await server.services.connection.sql`update owner_links set expires_at = now()`;
    for (const code of [used, replaced, late, "made up"]) {
      const refused = await bring(code);
      expect([refused.status, await refused.json()]).toMatchObject([404, { error: { code: "not_found" } }]);
      expect(refused.headers.get("set-cookie")).toBeNull();
    }
    expect(await devicesOf(owner)).toHaveLength(2);
    await sweepKept(server.services);
    expect(await server.services.connection.sql`select * from owner_links`).toEqual([]);
  });

  test("of many devices that bring one code at once, one joins", async () => {
    for (let round = 0; round < 5; round++) {
      const owner = await server.owner();
      const code = await codeOf(owner);
      const replies = await Promise.all(Array.from({ length: 8 }, () => bring(code)));
      const statuses = replies.map(({ status }) => status).sort();
      expect(statuses).toEqual([201, ...Array.from({ length: 7 }, () => 404)]);
      expect(await devicesOf(owner)).toHaveLength(2);
    }
  });

  test("R14: a device whose token was taken back is a stranger, and a stranger sees no devices of others", async () => {
    const owner = await server.owner();
    const [phone, tablet] = [await joined(owner, "A phone"), await joined(owner, "A tablet")];
    const id = await owner.ask("ours");
    const stranger = await server.owner();
    expect(await devicesOf(stranger)).toMatchObject([{ current: true }]);
    const [first, ofPhone] = await devicesOf(owner);
    for (const device of [first, ofPhone])
      expect((await stranger.call("DELETE", `/api/owners/devices/${device?.id ?? ""}`)).status).toBe(404);

    expect((await tablet.call("DELETE", `/api/owners/devices/${ofPhone?.id ?? ""}`)).status).toBe(204);
    for (const path of ["", "/events", "/url"])
      expect((await phone.call("GET", `/api/generated-images/${id}${path}`)).status).toBe(404);
    expect((await tablet.call("GET", `/api/generated-images/${id}`)).status).toBe(200);

    // The first device may be lost too.
    expect((await tablet.call("DELETE", `/api/owners/devices/${first?.id ?? ""}`)).status).toBe(204);
    expect((await owner.call("GET", `/api/generated-images/${id}`)).status).toBe(404);
    expect(await devicesOf(tablet)).toMatchObject([{ name: "A tablet", current: true }]);
  });

  test("a foreign page can neither make a code nor have its visitor join", async () => {
    const first = await fetch(`${server.url}/api/generated-images`);
    const cookie = first.headers.get("set-cookie")?.split(";")[0] ?? "";
    const headers = { cookie, origin: "https://evil.example" };
    expect((await fetch(`${server.url}/api/owners/links`, { method: "POST", headers })).status).toBe(403);
    const code = await codeOf(await server.owner());
    expect((await bring(code, {}, headers)).status).toBe(403);
    expect((await bring(code, {}, { cookie, origin: server.url })).status).toBe(201);
  });

  test("on a closed server a device joins who was let in, and goes out with them", async () => {
    const made = await server.admin("POST", "/api/admin/tokens", { name: `Ada on ${deployment.server.url}` });
    const { id, token } = (await made.json()) as { id: string; token: string };
    const { settings } = server.services;
    server.services.settings = { ...settings, EASEL_ACCESS: "token" };
    try {
      const ada = new OwnerClient(server.url, token);
      const phone = await joined(ada, "Her phone");
      expect((await phone.call("GET", "/api/generated-images")).status).toBe(200);
      const [first] = await devicesOf(phone);
      expect(first?.revocable).toBe(false);
      expect((await phone.call("DELETE", `/api/owners/devices/${first?.id ?? ""}`)).status).toBe(403);
      await server.admin("DELETE", `/api/admin/tokens/${id}`);
      for (const client of [ada, phone])
        expect((await client.call("GET", "/api/generated-images")).status).toBe(401);
    } finally {
      server.services.settings = settings;
    }
  });

  test("devices that were linked stay so, though they make nothing for weeks", async () => {
    const [owner, alone] = [await server.owner(), await server.owner()];
    const phone = await joined(owner, "A phone");
    await server.services.connection.sql`update owners set created_at = now() - interval '30 days'`;
    await sweepKept(server.services);
    expect(await devicesOf(phone)).toHaveLength(2);
    const { sql } = server.services.connection;
    const [left] = await sql`select count(*)::int as owners from owners`;
    await alone.call("GET", "/api/owners/devices");
    const [again] = await sql`select count(*)::int as owners from owners`;
    // The other one was swept: its token stands for a new owner now.
    expect(Number(again?.["owners"])).toBe(Number(left?.["owners"]) + 1);
  });
});
