import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { OverviewWire } from "../src/contracts/administration.ts";
import { SEALED_TYPE } from "../src/contracts/sealed-picture.ts";
import { sealPicture } from "../src/share/sealed-picture.ts";
import { expect, test } from "./fixtures.ts";

test("the administration's page shows the instance to who has the admin token, and revokes a link", async ({
  page,
  request,
  easel,
}) => {
  const token = (await readFile(join(easel.dataDir, "secrets", "admin-token"), "utf8")).trim();
  /** Other tests have used the server too. */
  const stored = async () => {
    const reply = await request.get("/api/admin/overview", { headers: { authorization: `Bearer ${token}` } });
    const { storage } = (await reply.json()) as OverviewWire;
    return [storage.pictures.objects, storage.shares.objects] as const;
  };
  const [picturesBefore, linksBefore] = await stored();

  await page.goto("/#/admin");
  await page.getByLabel("Admin token").fill("not the token at all");
  await page.getByRole("button", { name: "Open" }).click();
  await expect(page.getByRole("alert")).toContainText("admin token");

  // As the page itself would: the cookie counts only with the origin that it was given to.
  const headers = { origin: easel.url };
  const asked = await request.post("/api/generated-images", {
    headers,
    data: { prompt: "a red apple", num_steps: 1 },
  });
  const { id } = (await asked.json()) as { id: string };
  const state = async () =>
    ((await (await request.get(`/api/generated-images/${id}`, { headers })).json()) as { status: string })
      .status;
  await expect.poll(state, { timeout: 30_000 }).toBe("succeeded");
  const shared = await request.post("/api/shares", { headers, data: { generated_image_id: id } });
  const { url } = (await shared.json()) as { url: string };

  const sealed = Buffer.from((await sealPicture(new Blob(["a picture"]), "a secret prompt")).bytes);
  const announced = {
    purpose: "private_share",
    content_type: SEALED_TYPE,
    bytes: sealed.byteLength,
    sha256: createHash("sha256").update(sealed).digest("hex"),
  };
  const ticket = await request.post("/api/uploads", { headers, data: announced });
  const upload = (await ticket.json()) as {
    id: string;
    put: { url: string; headers: Record<string, string> };
  };
  await request.put(upload.put.url, { headers: upload.put.headers, data: sealed });
  await request.post(`/api/uploads/${upload.id}/complete`, { headers });
  const hidden = await request.post("/api/shares", { headers, data: { upload_id: upload.id } });
  const { url: privateUrl } = (await hidden.json()) as { url: string };

  const buffer = await readFile(new URL("../workers/seeing/tests/four-drawings.png", import.meta.url));
  const file = { name: "drawings.png", mimeType: "image/png", buffer };
  const kept = await request.post("/api/documents", { headers, multipart: { title: "drawings", file } });
  expect(kept.status()).toBe(201);

  await page.getByLabel("Admin token").fill(token);
  await page.getByRole("button", { name: "Open" }).click();
  await expect(page.getByText("Live.")).toBeVisible();
  await expect(page.getByText("None failed.")).toBeVisible();
  const link = page.getByRole("listitem").filter({ hasText: url });
  await expect(link).not.toContainText("Private");
  const privateLink = page.getByRole("listitem").filter({ hasText: privateUrl });
  await expect(privateLink).toContainText("Private");
  const storage = page.getByRole("region", { name: "Storage" });
  const told = (what: string) =>
    storage.getByRole("term").filter({ hasText: what }).locator("xpath=following-sibling::dd[1]");
  await expect(told("Pictures")).toHaveText(new RegExp(`^${picturesBefore + 1} · `));
  await expect(told("Links")).toHaveText(new RegExp(`^${linksBefore + 2} · `));
  const document = page.getByRole("region", { name: "Documents" }).getByRole("listitem").first();
  await expect(document).toHaveText(/^Picture 19 kB looked through/);
  await link.getByRole("button", { name: "Revoke" }).click();
  await expect(link).toHaveCount(0);
  expect((await request.get(url)).status()).toBe(404);
});
