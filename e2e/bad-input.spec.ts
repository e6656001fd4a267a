import { expect, test } from "./fixtures.ts";
import { Studio } from "./studio.ts";

test("an empty prompt, no steps and 10,000 of them get a clear word, and draw nothing", async ({ page }) => {
  const studio = new Studio(page);
  await studio.open();
  await studio.fill("   ");
  await studio.generate.click();
  await expect(page.getByRole("alert").first()).toContainText(/prompt/i);
  await expect(studio.progress).toHaveCount(0);
  await studio.fill("a cat");
  for (const steps of [0, 10_000]) {
    await studio.field("Steps").fill(String(steps));
    await studio.field("Steps").press("Tab");
    await studio.generate.click();
    await expect(page.getByRole("alert").first()).toContainText(/1.*150/);
    await expect(studio.progress).toHaveCount(0);
    await studio.field("Steps").fill("12");
    await studio.field("Steps").press("Tab");
    await expect(page.getByRole("alert")).toHaveCount(0);
  }
});

test("an altered weight file is refused by its hash, and the next try draws", async ({ page }) => {
  const studio = new Studio(page);
  let altered = 0;
  await page.context().route("**/models/easel-mini/vae_decoder/model.onnx*", async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 0xff;
    altered++;
    await route.fulfill({ response, body });
  });
  await studio.open();
  await studio.fill("a cat", { steps: 4, seed: 1, where: "This device" });
  await studio.generate.click();
  await expect(page.getByRole("alert").first()).toContainText(/vae_decoder\/model\.onnx/);
  expect(altered).toBeGreaterThan(0);
  await page.context().unroute("**/models/easel-mini/vae_decoder/model.onnx*");
  await studio.draw("a cat", { steps: 4, seed: 1, where: "This device" });
});

test("a weight file that is missing on the server is named, and the next try draws", async ({ page }) => {
  const studio = new Studio(page);
  const pattern = "**/models/easel-mini/unet/model.onnx*";
  await page.context().route(pattern, (route) => route.fulfill({ status: 404, body: "not here" }));
  await studio.open();
  await studio.fill("a cat", { steps: 4, seed: 1, where: "This device" });
  await studio.generate.click();
  await expect(page.getByRole("alert").first()).toContainText(/unet\/model\.onnx.*404/);
  await page.context().unroute(pattern);
  await studio.draw("a cat", { steps: 4, seed: 1, where: "This device" });
});

test("R26: a full disk costs no picture: it stays on the page, older ones stay, and it can be saved later", async ({
  page,
}) => {
  const studio = new Studio(page);
  await studio.open();
  await studio.draw("a bell", { steps: 4, seed: 1, where: "This device" });

  // Chromium looks at the room that is left only every half minute or so, so that a smaller quota bites late: the
  // refusal itself is put where the browser gives it.
  await page.evaluate(() => {
    const prototype = IDBObjectStore.prototype;
    const put = Object.getOwnPropertyDescriptor(prototype, "put") ?? {};
    const refuse = () => {
      throw new DOMException("The disk is full.", "QuotaExceededError");
    };
    Object.defineProperty(prototype, "put", { ...put, value: refuse });
    addEventListener("room-again", () => Object.defineProperty(prototype, "put", put), { once: true });
  });
  await studio.fill("a trumpet", { steps: 4, seed: 2 });
  await studio.generate.click();
  await expect(page.getByRole("alert").first()).toContainText(/no room left/i, { timeout: 60_000 });
  await expect(studio.picture("a trumpet")).toBeVisible();
  await expect(studio.picture("a bell")).toBeVisible();

  await page.evaluate(() => dispatchEvent(new Event("room-again")));
  await page.getByRole("button", { name: "Save again" }).click();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await page.reload();
  await expect(studio.picture("a trumpet")).toBeVisible();
  await expect(studio.picture("a bell")).toBeVisible();
});

test("the API refuses a size that the model can't draw, and says which it draws", async ({
  request,
  easel,
}) => {
  const reply = await request.post("/api/generated-images", {
    data: { prompt: "a cat", width: 512, height: 512 },
    headers: { Origin: easel.url },
  });
  expect(reply.status()).toBe(400);
  const { error } = (await reply.json()) as { error: { code: string; path: string; hint: string } };
  expect(error.code).toBe("unsupported_size");
  expect(error.hint).toContain("128 x 128");
});
