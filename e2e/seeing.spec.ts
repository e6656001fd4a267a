import { expect, test } from "./fixtures.ts";
import { Studio } from "./studio.ts";

test("a new picture is found by what its prompt is about, until that is switched off", async ({ page }) => {
  const studio = new Studio(page);
  await studio.open();
  const history = page.getByRole("region", { name: "History" });
  const search = history.getByRole("searchbox");
  const picture = (prompt: string) => history.getByRole("button", { name: prompt, exact: true });

  await studio.draw("a red apple", { where: "This device", steps: 2 });
  await search.fill("食物");
  await expect(picture("a red apple")).toBeVisible();
  await search.fill("about:travel");
  await expect(picture("a red apple")).toHaveCount(0);
  await search.fill("");
  await picture("a red apple").click();
  await expect(page.getByRole("dialog").getByText("Food and drink")).toBeVisible();
  await page.keyboard.press("Escape");

  await page.goto("/#/device");
  await page.getByRole("checkbox", { name: /Sort new pictures/ }).uncheck();
  await page.reload();
  await expect(page.getByRole("checkbox", { name: /Sort new pictures/ })).not.toBeChecked();
  await page.goto("/#/");
  await studio.draw("a yellow banana", { where: "This device", steps: 2 });
  await picture("a yellow banana").click();
  await expect(page.getByRole("dialog").getByText("Scheduler")).toBeVisible();
  await expect(page.getByRole("dialog").getByText("Food and drink")).toHaveCount(0);
});
