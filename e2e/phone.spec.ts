import { expect, test } from "./fixtures.ts";
import { nameThing } from "./recogniser.ts";
import { Studio } from "./studio.ts";

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

test("on a phone: settings unfold, a picture is drawn, nothing scrolls sideways", async ({ page }) => {
  const studio = new Studio(page);
  await studio.open();
  await expect(studio.field("Steps")).toBeHidden();
  const picture = await studio.draw("a mushroom on a blue background", { seed: 4, where: "This device" });
  await expect(studio.field("Steps")).toBeVisible();
  expect(await nameThing(await studio.bytesOf(picture))).toEqual({ thing: "mushroom", ground: "blue" });
  const sideways = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(await sideways()).toBe(0);

  const history = page.getByRole("region", { name: "History" });
  await history.getByRole("searchbox").scrollIntoViewIfNeeded();
  await history.getByRole("img").first().click();
  const view = page.getByRole("dialog");
  await expect(view.getByRole("button", { name: "Download" })).toBeInViewport();
  expect(await sideways()).toBe(0);
});
