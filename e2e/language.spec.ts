import { expect, test } from "./fixtures.ts";
import { nameThing } from "./recogniser.ts";
import { Studio } from "./studio.ts";

test.describe("a browser that asks for Chinese", () => {
  test.use({ locale: "zh-CN" });

  test("gets the page in Chinese, draws from a Chinese prompt, and is told in Chinese what failed", async ({
    page,
  }) => {
    await page.goto("/");
    await expect(page.locator("html")).toHaveAttribute("lang", "zh");
    await expect(page.locator("main button[lang=zh]")).toHaveText([
      "蓝色背景上的一只猫",
      "红色背景上的一个足球",
      "火箭，黑色背景",
      "紫色背景上的星星",
    ]);
    await page.getByRole("textbox", { name: "提示词", exact: true }).fill("蓝色背景上的一只猫");
    await page.getByLabel("步数", { exact: true }).fill("12");
    await page.getByLabel("种子", { exact: true }).fill("7");
    await page.getByRole("radio", { name: "本设备" }).click();
    await page.getByRole("button", { name: "生成" }).click();
    const studio = new Studio(page);
    const picture = studio.picture("蓝色背景上的一只猫");
    await expect(picture).toBeVisible({ timeout: 60_000 });
    expect(await nameThing(await studio.bytesOf(picture))).toMatchObject({ ground: "blue" });
    await expect(page.getByTestId("provider")).toHaveText(/^本设备的 WASM。.*[\d.]+ 秒，\s*种子 7。$/);

    await page.getByLabel("步数", { exact: true }).fill("1000");
    await page.getByRole("button", { name: "生成" }).click();
    await expect(page.getByRole("alert")).toHaveText("步数：需要 1 到 150 之间的整数，而1,000 不是。");

    await page.getByLabel("步数", { exact: true }).fill("12");
    await page.route("**/api/generated-images", (route) =>
      route.fulfill({
        status: 429,
        json: { error: { code: "queue_full", message: "50 pictures are waiting.", hint: "Wait." } },
      }),
    );
    await page.getByRole("radio", { name: "服务器" }).click();
    await page.getByRole("button", { name: "生成" }).click();
    const alert = page.getByRole("alert").filter({ hasText: "等待的图片太多" });
    await expect(alert).toBeVisible();
    await expect(alert.locator('[lang="en"]')).toHaveText("50 pictures are waiting. Wait.");
  });

  test("keeps the language that was chosen, and changes without a reload", async ({ page }) => {
    await page.goto("/#/device");
    await expect(page.getByRole("heading", { name: "本设备" })).toBeVisible();
    await expect(page).toHaveTitle("本设备 · Easel");
    await page.getByRole("combobox", { name: "语言" }).selectOption("English");
    await expect(page.getByRole("heading", { name: "This device" })).toBeVisible();
    await page.reload();
    await expect(page.getByRole("heading", { name: "This device" })).toBeVisible();
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
  });
});
