import { createHash } from "node:crypto";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SEALED_TYPE } from "../../../src/contracts/sealed-picture.ts";
import { openSealed, sealPicture } from "../../../src/share/sealed-picture.ts";
import { sweep } from "../../jobs/reconcile.ts";
import { DEPLOYMENTS, type Deployment } from "../../tests/deployments.ts";
import { ScriptedWorker, smallPng } from "../../tests/scripted-worker.ts";
import type { OwnerClient, TestServer } from "../../tests/test-server.ts";
import { pass } from "../../tests/until.ts";

interface Shared {
  id: string;
  slug: string;
  url: string;
  expires_at: string | null;
}

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

describe.each(DEPLOYMENTS)("shares and uploads on $name", ({ start }) => {
  let deployment: Deployment;
  let server: TestServer;

  beforeAll(async () => {
    deployment = await start();
    server = deployment.server;
  });
  afterAll(() => deployment.close());

  async function drawn(owner: OwnerClient, prompt: string, png?: Uint8Array): Promise<string> {
    const id = await owner.ask(prompt, { seed: 3 });
    const worker = new ScriptedWorker(server);
    await worker.finish(await worker.mustClaim(), png);
    return id;
  }

  async function share(owner: OwnerClient, body: object): Promise<Shared> {
    const reply = await owner.call("POST", "/api/shares", body);
    expect(reply.status).toBe(201);
    return (await reply.json()) as Shared;
  }

  /** Announces, puts and completes an upload; answers the completion's reply. */
  async function upload(
    owner: OwnerClient,
    bytes: Uint8Array,
    contentType = "image/png",
    put = bytes,
    purpose = "share",
  ): Promise<Response> {
    const announced = {
      purpose,
      content_type: contentType,
      bytes: bytes.length,
      sha256: sha256(bytes),
    };
    const ticket = await owner.call("POST", "/api/uploads", announced);
    expect(ticket.status).toBe(201);
    const { id, put: target } = (await ticket.json()) as {
      id: string;
      put: { url: string; headers: Record<string, string> };
    };
    await fetch(target.url, { method: "PUT", headers: target.headers, body: Buffer.from(put) });
    return owner.call("POST", `/api/uploads/${id}/complete`);
  }

  test("R13: a link shows picture and prompt to anyone; revoked, it is 404 at once, and what it handed out is dead", async () => {
    const owner = await server.owner();
    const png = await smallPng("#aa8800");
    const prompt = `a "quoted" <b>apple</b> & a pear`;
    const shared = await share(owner, { generated_image_id: await drawn(owner, prompt, png) });
    // base64url: six bits a character.
    expect(shared.slug.length * 6).toBeGreaterThanOrEqual(128);
    expect(shared).toMatchObject({ url: `${server.url}/s/${shared.slug}`, expires_at: null });

    const page = await fetch(shared.url);
    expect(page.status).toBe(200);
    expect(page.headers.get("x-robots-tag")).toBe("noindex");
    expect(page.headers.get("cache-control")).toBe("no-store");
    const text = await page.text();
    const escaped = "a &quot;quoted&quot; &lt;b&gt;apple&lt;/b&gt; &amp; a pear";
    expect(text).toContain(`<meta property="og:title" content="${escaped}" />`);
    expect(text).toContain(`<meta property="og:url" content="${shared.url}" />`);
    expect(text).toContain(`<meta property="og:image" content="${shared.url}/image.png" />`);
    expect(text).toContain(`<meta name="twitter:card" content="summary_large_image" />`);
    expect(text).toContain(`<figcaption>${escaped}</figcaption>`);
    expect(text).not.toContain("<b>apple");
    expect(text).not.toContain("<script");
    expect((await fetch(`${server.url}/s/style.css`)).headers.get("content-type")).toContain("text/css");

    const redirect = await fetch(`${shared.url}/image.png`, { redirect: "manual" });
    expect(redirect.status).toBe(302);
    const handedOut = redirect.headers.get("location") ?? "";
    expect(new Uint8Array(await (await fetch(handedOut)).arrayBuffer())).toEqual(png);
    // Even if deleting the object failed, the URL's own life is shorter than a minute.
    const life = new URL(handedOut).searchParams;
    const seconds = Number(life.get("X-Amz-Expires") ?? Number(life.get("expires")) - Date.now() / 1000);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(60);
    expect(await owner.get("/api/shares")).toEqual({ shares: [shared] });

    expect((await owner.call("DELETE", `/api/shares/${shared.id}`)).status).toBe(204);
    const gone = await fetch(shared.url);
    expect(gone.status).toBe(404);
    expect(await gone.text()).toContain("This picture is not shared any more");
    expect((await fetch(`${shared.url}/image.png`, { redirect: "manual" })).status).toBe(404);
    expect((await fetch(handedOut)).status).toBe(404);
    expect((await owner.call("DELETE", `/api/shares/${shared.id}`)).status).toBe(404);
  });

  test("with show_prompt false neither the page nor the file tells the prompt, and the pixels are the same", async () => {
    const owner = await server.owner();
    const png = await smallPng("#3355ff");
    expect(Buffer.from(png).includes("a secret prompt")).toBe(true);
    const id = await drawn(owner, "a secret prompt", png);
    const shared = await share(owner, { generated_image_id: id, show_prompt: false });
    expect(await (await fetch(shared.url)).text()).not.toContain("secret");
    const file = Buffer.from(await (await fetch(`${shared.url}/image.png`)).arrayBuffer());
    expect(file.includes("a secret prompt")).toBe(false);
    expect(await sharp(file).raw().toBuffer()).toEqual(await sharp(png).raw().toBuffer());
  });

  test("a picture drawn in the browser is uploaded, shared and revoked", async () => {
    const owner = await server.owner();
    for (const format of ["png", "jpeg", "webp"] as const) {
      const plain = sharp({ create: { width: 40, height: 30, channels: 3, background: "#884422" } });
      const bytes = new Uint8Array(
        await plain
          .withExif({ IFD0: { ImageDescription: "private" } })
          .toFormat(format)
          .toBuffer(),
      );
      const completed = await upload(owner, bytes, `image/${format}`);
      expect(completed.status).toBe(200);
      const { id, ...rest } = (await completed.json()) as { id: string };
      expect(rest).toEqual({ width: 40, height: 30, content_type: `image/${format}` });

      const shared = await share(owner, { upload_id: id, prompt: "drawn here" });
      expect(await (await fetch(shared.url)).text()).toContain("<figcaption>drawn here</figcaption>");
      // The link has the bytes now: the upload is used up, and nothing of it is left when the link is revoked.
      expect((await owner.call("POST", "/api/shares", { upload_id: id })).status).toBe(404);
      const again = (await (await upload(owner, bytes, `image/${format}`)).json()) as { id: string };
      const hidden = await share(owner, { upload_id: again.id, prompt: "drawn here", show_prompt: false });
      const extension = format === "jpeg" ? "jpg" : format;
      const whole = await fetch(`${shared.url}/image.${extension}`);
      expect(whole.headers.get("content-type")).toBe(`image/${format}`);
      expect(new Uint8Array(await whole.arrayBuffer())).toEqual(bytes);
      const stripped = Buffer.from(await (await fetch(`${hidden.url}/image.${extension}`)).arrayBuffer());
      expect(stripped.includes("private")).toBe(false);
      expect(await sharp(stripped).raw().toBuffer()).toEqual(await sharp(bytes).raw().toBuffer());
    }
  });

  test("R13: a private link keeps bytes that tell nothing, behind a page without picture or prompt, until it is revoked", async () => {
    const owner = await server.owner();
    const { key, bytes } = await sealPicture(new Blob([Buffer.from(await smallPng())]), "a secret prompt");
    const uploadId = await owner.upload("private_share", SEALED_TYPE, bytes);
    const withPrompt = { upload_id: uploadId, prompt: "a secret prompt" };
    const told = await owner.call("POST", "/api/shares", withPrompt);
    expect([told.status, await told.json()]).toMatchObject([400, { error: { path: "prompt" } }]);
    const shared = await share(owner, { upload_id: uploadId });
    expect(shared).toMatchObject({ private: true, url: `${server.url}/s/${shared.slug}` });
    // Its link has the bytes now: the upload is used up.
    expect((await owner.call("POST", "/api/shares", { upload_id: uploadId })).status).toBe(404);

    const page = await fetch(shared.url);
    expect(page.headers.get("x-robots-tag")).toBe("noindex");
    expect(page.headers.get("content-security-policy")).toContain("script-src 'self'");
    const text = await page.text();
    expect(text).toContain(`<script type="module" src="/private-picture.js">`);
    expect(text).not.toMatch(/og:image|twitter:image|<img|secret/);
    const sealed = /data-sealed="([^"]+)"/.exec(text)?.[1] ?? "";
    const redirect = await fetch(new URL(sealed, server.url), { redirect: "manual" });
    const handedOut = redirect.headers.get("location") ?? "";
    const reply = await fetch(handedOut);
    expect(reply.headers.get("content-type")).toBe(SEALED_TYPE);
    const fetched = new Uint8Array(await reply.arrayBuffer());
    expect(fetched).toEqual(bytes);
    expect((await openSealed(fetched, key))?.prompt).toBe("a secret prompt");
    const listed = (await (await server.admin("GET", "/api/admin/shares")).json()) as { shares: Shared[] };
    expect(listed.shares[0]).toEqual(shared);

    expect((await owner.call("DELETE", `/api/shares/${shared.id}`)).status).toBe(204);
    for (const url of [shared.url, `${server.url}${sealed}`, handedOut])
      expect((await fetch(url, { redirect: "manual" })).status).toBe(404);
  });

  test("a private link ends when its time is over, is swept then, and counts in its owner's quota", async () => {
    const owner = await server.owner();
    const { bytes } = await sealPicture(new Blob([Buffer.from(await smallPng())]), "for a moment");
    const { settings } = server.services;
    const uploadId = await owner.upload("private_share", SEALED_TYPE, bytes);
    const short = await share(owner, { upload_id: uploadId, expires_in: 1 });
    server.services.settings = { ...settings, QUOTA_PER_OWNER_MB: (bytes.length + 9) / 1e6 };
    const announced = { purpose: "share", content_type: "image/png", bytes: 10, sha256: "0".repeat(64) };
    expect((await owner.call("POST", "/api/uploads", announced)).status).toBe(507);
    await pass(Date.parse(short.expires_at ?? "") - Date.now() + 50);
    expect((await fetch(short.url)).status).toBe(404);
    await sweep(server.services);
    expect((await owner.call("POST", "/api/uploads", announced)).status).toBe(201);
    server.services.settings = settings;
  });

  test("what is sent for a private link must be sealed, of bounded size, and is no picture to draw from", async () => {
    const owner = await server.owner();
    const announce = (more: object) =>
      owner.call("POST", "/api/uploads", {
        purpose: "private_share",
        content_type: SEALED_TYPE,
        bytes: 100,
        sha256: "0".repeat(64),
        ...more,
      });
    const refused = [{ content_type: "image/png" }, { purpose: "share" }, { bytes: 10 * 1024 * 1024 + 1 }];
    for (const more of refused) expect((await announce(more)).status).toBe(400);
    // A browser that forgot to seal: the picture is refused, not kept.
    const plain = await upload(owner, await smallPng(), SEALED_TYPE, undefined, "private_share");
    expect([plain.status, await plain.json()]).toMatchObject([415, { error: { code: "unsupported_media" } }]);
    const { bytes } = await sealPicture(new Blob([Buffer.from(await smallPng())]), "");
    const id = await owner.upload("private_share", SEALED_TYPE, bytes);
    const asked = { prompt: "from it", model: "tiny-sd", init_image: id };
    expect((await owner.call("POST", "/api/generated-images", asked)).status).toBe(400);
    const stranger = await server.owner();
    expect((await stranger.call("POST", "/api/shares", { upload_id: id })).status).toBe(404);
  });

  test("an upload that is not what was announced, or no picture, is refused and can't be shared", async () => {
    const owner = await server.owner();
    const png = await smallPng();
    const altered = png.map((byte, index) => (index === png.length - 1 ? byte ^ 1 : byte));
    const refused = await upload(owner, png, "image/png", altered);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: { code: "invalid_request", path: "sha256" } });
    // Nothing arrives where the length differs from the signed one.
    const short = await upload(owner, png, "image/png", png.slice(1));
    expect(await short.json()).toMatchObject({ error: { code: "not_ready" } });
    const page = await upload(owner, new TextEncoder().encode("<html><script>alert(1)</script></html>"));
    expect(await page.json()).toMatchObject({ error: { code: "unsupported_media" } });
    const mislabelled = await upload(owner, png, "image/webp");
    expect(await mislabelled.json()).toMatchObject({ error: { code: "unsupported_media" } });
    const bomb = Buffer.from(png);
    bomb.writeUInt32BE(60_000, 16);
    bomb.writeUInt32BE(60_000, 20);
    const hostile = await upload(owner, new Uint8Array(bomb));
    expect(await hostile.json()).toMatchObject({ error: { code: "unsupported_media" } });

    const large = {
      purpose: "share",
      content_type: "image/png",
      bytes: 11 * 1024 * 1024,
      sha256: sha256(png),
    };
    expect((await owner.call("POST", "/api/uploads", large)).status).toBe(400);
    const announced = { ...large, bytes: png.length };
    const { id } = (await (await owner.call("POST", "/api/uploads", announced)).json()) as { id: string };
    const tooEarly = await owner.call("POST", "/api/shares", { upload_id: id });
    expect(tooEarly.status).toBe(409);
    const both = await owner.call("POST", "/api/shares", { upload_id: id, generated_image_id: id });
    expect(both.status).toBe(400);
  });

  test("a link ends when its time is over, and with the picture it shows", async () => {
    const owner = await server.owner();
    const id = await drawn(owner, "for a moment");
    const short = await share(owner, { generated_image_id: id, expires_in: 1 });
    expect((await fetch(short.url)).status).toBe(200);
    await pass(Date.parse(short.expires_at ?? "") - Date.now() + 50);
    expect((await fetch(short.url)).status).toBe(404);
    const lasting = await share(owner, { generated_image_id: id });
    await owner.call("DELETE", `/api/generated-images/${id}`);
    expect((await fetch(lasting.url)).status).toBe(404);
  });
});

test("links are made from PUBLIC_URL where it is set", async () => {
  const [embedded] = DEPLOYMENTS;
  const deployment = await embedded?.start({ PUBLIC_URL: "https://pictures.example/" });
  if (deployment === undefined) throw new Error("There is no embedded deployment.");
  const { server } = deployment;
  const owner = await server.owner();
  const id = await owner.ask("a public star");
  const worker = new ScriptedWorker(server);
  await worker.finish(await worker.mustClaim());
  const reply = await owner.call("POST", "/api/shares", { generated_image_id: id });
  const { url, slug } = (await reply.json()) as Shared;
  expect(url).toBe(`https://pictures.example/s/${slug}`);
  const text = await (await fetch(`${server.url}/s/${slug}`)).text();
  expect(text).toContain(
    `<meta property="og:image" content="https://pictures.example/s/${slug}/image.png" />`,
  );
  await deployment.close();
});
