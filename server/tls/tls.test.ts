import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { Agent, createServer, request, type RequestOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hono } from "hono";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fromThisMachine, listen, type Listening } from "../api/listen.ts";
import type { ApiEnvironment } from "../api/context.ts";
import { newDataFolder } from "../tests/embedded-database.ts";
import { startEasel } from "../tests/easel-process.ts";
import { freePort } from "../tests/free-port.ts";
import { makeAuthority, makeServerCertificate } from "./certificates.ts";
import { openTls, TlsError } from "./open-tls.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "easel-tls-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const opened = (more: { EASEL_TLS?: string; EASEL_TLS_KEY?: string; PUBLIC_URL?: string } = {}) =>
  openTls({ EASEL_TLS: "self", EASEL_TLS_KEY: undefined, PUBLIC_URL: undefined, DATA_DIR: folder, ...more });

interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** A request by node's own TLS, which checks names, chains and constraints as browsers do. */
async function ask(url: string, options: RequestOptions): Promise<Reply> {
  const asked = request(url, options);
  asked.end();
  const [reply] = (await once(asked, "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of reply) text += String(chunk);
  return { status: reply.statusCode ?? 0, headers: reply.headers, text };
}

test("this machine may call its own address in the network over http, and no neighbour may", () => {
  const localAddress = "192.168.1.20";
  expect(fromThisMachine({ remoteAddress: "192.168.1.20", localAddress })).toBe(true);
  expect(fromThisMachine({ remoteAddress: "192.168.1.21", localAddress })).toBe(false);
  expect(fromThisMachine({ remoteAddress: "::ffff:127.0.0.1", localAddress: "::ffff:127.0.0.1" })).toBe(true);
  expect(fromThisMachine({ remoteAddress: undefined, localAddress: undefined })).toBe(false);
});

describe("a server on both protocols", () => {
  let listening: Listening;
  const app = new Hono<ApiEnvironment>().get("/", (context) => context.text(context.req.url));

  afterEach(() => listening.close());

  test("https is trusted by who trusts the authority, and by nobody else", async () => {
    const tls = await opened();
    listening = await listen(app, { port: 0, host: "127.0.0.1" }, tls);
    const url = `https://127.0.0.1:${listening.port}/`;
    expect((await ask(url, { ca: tls?.authority })).text).toBe(url);
    const byName = `https://localhost:${listening.port}/`;
    expect((await ask(byName, { ca: tls?.authority, family: 4 })).text).toBe(byName);
    await expect(ask(url, {})).rejects.toMatchObject({ code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
  });

  test("this machine's own programs go on with http", async () => {
    listening = await listen(app, { port: 0, host: "127.0.0.1" }, await opened());
    const url = `http://127.0.0.1:${listening.port}/`;
    expect(await (await fetch(url)).text()).toBe(url);
  });

  test("other devices are shown over http how to trust it, and led to https with everything else", async () => {
    const tls = await opened();
    listening = await listen(app, { port: 0, host: "127.0.0.1" }, tls, () => false);
    const url = `http://127.0.0.1:${listening.port}`;
    const led = await fetch(`${url}/s/abc?x=1`, { redirect: "manual" });
    expect([led.status, led.headers.get("location")]).toEqual([
      308,
      `https://127.0.0.1:${listening.port}/s/abc?x=1`,
    ]);
    const certificate = await fetch(`${url}/easel-ca.crt`);
    expect(certificate.headers.get("content-type")).toBe("application/x-x509-ca-cert");
    expect(await certificate.text()).toBe(tls?.authority);
    const page = await (await fetch(`${url}/trust`, { headers: { "accept-language": "zh-CN" } })).text();
    expect(page).toContain("信任这个 Easel");
    expect(page).toContain(`href="https://127.0.0.1:${listening.port}/"`);
  });

  test("a connection that is kept open ends when the server stops", async () => {
    const tls = await opened();
    listening = await listen(app, { port: 0, host: "127.0.0.1" }, tls);
    const agent = new Agent({ keepAlive: true, ca: tls?.authority });
    await ask(`https://127.0.0.1:${listening.port}/`, { agent });
    const [kept] = Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? []);
    const closed = once(kept!, "close");
    await listening.close();
    await closed;
  });
});

test("the authority and the certificate are kept; a new name gets a new certificate", async () => {
  const first = await opened();
  expect(await opened()).toEqual(first);
  const named = await opened({ PUBLIC_URL: "https://easel.example" });
  expect(new X509Certificate(named?.cert ?? "").checkHost("easel.example")).toBe("easel.example");
  expect(named?.authority).not.toBe(first?.authority);
  await expect(opened({ PUBLIC_URL: "https://192.0.2.7" })).rejects.toThrow(TlsError);
});

test("a certificate near its end is made anew, by the same authority", async () => {
  const first = await opened();
  const [realNow, later] = [Date.now, Date.now() + 340 * 86_400_000];
  Date.now = () => later;
  try {
    const second = await opened();
    expect(second?.authority).toBe(first?.authority);
    expect(Date.parse(new X509Certificate(second?.cert ?? "").validTo)).toBeGreaterThan(
      later + 360 * 86_400_000,
    );
  } finally {
    Date.now = realNow;
  }
});

test("the authority can't vouch for a stranger's name or address", async () => {
  const authority = await makeAuthority("Easel", ["local"]);
  const trusted = async (names: { dns: string[]; ip: string[] }, servername: string) => {
    const { certificate: cert, key } = await makeServerCertificate(authority, names);
    const server = createServer({ cert, key }, (_, reply) => reply.end("in")).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    try {
      return await ask(`https://127.0.0.1:${port}/`, { ca: authority.certificate, servername });
    } finally {
      server.close();
    }
  };
  expect((await trusted({ dns: ["atelier.local"], ip: ["192.168.1.5"] }, "atelier.local")).text).toBe("in");
  for (const names of [
    { dns: ["bank.example"], ip: [] },
    { dns: ["atelier.local", "bank.example"], ip: [] },
    { dns: ["atelier.local"], ip: ["8.8.8.8"] },
    { dns: ["atelier.local"], ip: ["2001:db8::1"] },
  ]) {
    await expect(trusted(names, names.dns[0] ?? "")).rejects.toThrow("permitted subtree violation");
  }
});

test("files that can't be used are named, with the reason", async () => {
  const own = await makeAuthority("one", ["local"]);
  const other = await makeAuthority("another", ["local"]);
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const cert = file("cert.pem", own.certificate);
  const [key, wrong] = [file("key.pem", own.key), file("wrong.pem", other.key)];
  const both = file("both.pem", own.certificate + own.key);
  expect(await opened({ EASEL_TLS: cert, EASEL_TLS_KEY: key })).toEqual({
    cert: own.certificate,
    key: own.key,
  });
  expect(await opened({ EASEL_TLS: both })).toMatchObject({ cert: own.certificate + own.key });
  await expect(opened({ EASEL_TLS: cert, EASEL_TLS_KEY: wrong })).rejects.toThrow(
    /wrong\.pem is not that of/,
  );
  await expect(opened({ EASEL_TLS: cert })).rejects.toThrow(
    /EASEL_TLS_KEY: .*cert\.pem holds no private key/,
  );
  await expect(opened({ EASEL_TLS: key })).rejects.toThrow(/EASEL_TLS: .*key\.pem holds no certificate/);
  await expect(opened({ EASEL_TLS: join(folder, "none.pem") })).rejects.toThrow(/none\.pem can't be read/);
});

test("npm start with EASEL_TLS=self says where it is, shows a code, and serves https", async () => {
  const dataFolder = await newDataFolder();
  const port = await freePort();
  const easel = startEasel({ DATA_DIR: dataFolder, PORT: String(port), HOST: "0.0.0.0", EASEL_TLS: "self" });
  try {
    await easel.ready;
    expect(easel.output()).toMatch(new RegExp(`^Easel is ready: https://[^\\n]+:${port}\\n`));
    const pem = readFileSync(join(dataFolder, "tls", "authority.pem"), "utf8");
    const ca = new X509Certificate(pem).toString();
    const reply = await ask(`https://127.0.0.1:${port}/api/owners`, {
      method: "POST",
      ca,
      headers: { origin: `https://127.0.0.1:${port}` },
    });
    expect(reply.status).toBe(201);
    expect(await (await fetch(`http://127.0.0.1:${port}/health`)).text()).toContain("ok");
  } finally {
    easel.child.kill("SIGTERM");
    expect(await easel.ended).toBe(0);
    rmSync(dataFolder, { recursive: true, force: true });
  }
});
