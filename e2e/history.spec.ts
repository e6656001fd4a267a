import { expect, test } from "./fixtures.ts";
import { Studio } from "./studio.ts";

test("the history survives a reload, with the full request; a deleted picture is gone after one", async ({
  page,
}) => {
  const studio = new Studio(page);
  await studio.open();
  await studio.draw("a boat", { seed: 21, steps: 4, where: "This device" });
  await page.reload();
  const kept = studio.picture("a boat");
  await expect(kept).toBeVisible();
  await studio.fill("something else", { seed: 1, steps: 9 });
  await kept.click();
  await page.getByRole("button", { name: "Use again" }).first().click();
  await expect(studio.prompt).toHaveValue("a boat");
  await expect(studio.field("Seed")).toHaveValue("21");
  await expect(studio.field("Steps")).toHaveValue("4");

  await kept.click();
  await page.getByRole("button", { name: "Delete" }).first().click();
  await expect(kept).toHaveCount(0);
  await page.reload();
  await expect(page.getByText(/Your pictures will hang here/)).toBeVisible();
  await expect(kept).toHaveCount(0);
});

test("R27: a tab closed in the middle of a picture leaves it as interrupted, to run again", async ({
  context,
}) => {
  const first = new Studio(await context.newPage());
  await first.open();
  await first.fill("a rocket", { seed: 33, steps: 150, where: "This device" });
  await first.generate.click();
  await expect(first.progress).toBeVisible();
  await first.page.close();

  const second = new Studio(await context.newPage());
  await second.open();
  await expect(second.page.getByText(/interrupted/i).first()).toBeVisible();
  await second.page
    .getByRole("button", { name: /run again/i })
    .first()
    .click();
  await expect(second.progress).toBeVisible();
});
