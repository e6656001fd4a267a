import { readFile } from "node:fs/promises";
import { expect, test } from "./fixtures.ts";
import { givePicture } from "./given-pictures.ts";
import { Studio } from "./studio.ts";

test("a new picture is found by what its prompt is about and what is seen in it, until that is switched off", async ({
  page,
}) => {
  const studio = new Studio(page);
  await studio.open();
  const history = page.getByRole("region", { name: "History" });
  const search = history.getByRole("searchbox");
  const picture = (prompt: string) => history.getByRole("button", { name: prompt, exact: true });
  const match = page.getByTestId("match");

  await studio.draw("a red apple", { where: "This device", steps: 8, seed: 1 });
  await search.fill("食物");
  await expect(picture("a red apple")).toBeVisible();
  await search.fill("about:travel");
  await expect(picture("a red apple")).toHaveCount(0);
  await test.step("beside it stands how far it shows what was asked for", async () => {
    await expect(match).toHaveText(/Seen as asked for: ([5-9]\d|100)%/);
    await search.fill("苹果");
    await expect(picture("a red apple")).toBeVisible();
  });
  await search.fill("");
  await picture("a red apple").click();
  const view = page.getByRole("dialog");
  await expect(view.getByText("Food and drink")).toBeVisible();
  await test.step("its page says what is in it, and shows where on wish", async () => {
    const seen = view.getByRole("region", { name: "What is in it" });
    await expect(seen.getByRole("listitem").first()).toHaveText(/^apple \d+%$/);
    await expect(view.getByTestId("seen-boxes")).toHaveCount(0);
    await seen.getByRole("checkbox", { name: "Show where" }).check();
    await expect(view.getByTestId("seen-boxes").locator("rect.over")).toHaveCount(1);
  });
  await page.keyboard.press("Escape");

  await test.step("a picture without settings is given a prompt, and a thing in it is covered with a press", async () => {
    const bytes = await readFile(new URL("../workers/seeing/tests/four-drawings.png", import.meta.url));
    await givePicture(page, "drop", "drawings.png", bytes);
    const dialog = page.getByRole("dialog", { name: "A picture from elsewhere" });
    const prompt = dialog.getByRole("textbox", { name: "A prompt for it" });
    await expect(prompt).toHaveValue(/an owl/);
    await expect(dialog.getByRole("img")).toHaveAttribute("alt", /peach/);
    await dialog.getByRole("button", { name: "Paint over a part" }).click();
    const editor = page.getByRole("dialog", { name: "Edit the picture" });
    await editor.getByRole("radio", { name: "Things" }).click();
    await editor.getByRole("button", { name: "Cover: owl" }).click();
    /** How much of the mask's quarter is painted: the owl is in the lower left one. */
    const painted = (right: boolean, lower: boolean) =>
      editor.getByTestId("mask").evaluate(
        (node, corner) => {
          const { width, height } = node as HTMLCanvasElement;
          const [across, down] = [width / 2, height / 2];
          const context = (node as HTMLCanvasElement).getContext("2d")!;
          const quarter = context.getImageData(
            corner.right ? across : 0,
            corner.lower ? down : 0,
            across,
            down,
          );
          return quarter.data.filter((value, i) => i % 4 === 3 && value > 60).length / (across * down);
        },
        { right, lower },
      );
    await expect.poll(() => painted(false, true)).toBeGreaterThan(0.1);
    expect(await painted(true, false)).toBe(0);
    await editor.getByRole("button", { name: "Undo" }).click();
    expect(await painted(false, true)).toBe(0);
    await page.keyboard.press("Escape");
    await givePicture(page, "drop", "drawings.png", bytes);
    await prompt.fill("an owl on a blue background");
    await dialog.getByRole("button", { name: "Use this prompt" }).click();
    await expect(studio.prompt).toHaveValue("an owl on a blue background");
  });

  await page.goto("/#/device");
  await page.getByRole("checkbox", { name: /Sort pictures/ }).uncheck();
  await page.reload();
  await expect(page.getByRole("checkbox", { name: /Sort pictures/ })).not.toBeChecked();
  await page.goto("/#/");
  await studio.draw("a yellow banana", { where: "This device", steps: 8, seed: 1 });
  await picture("a yellow banana").click();
  await expect(view.getByText("Scheduler")).toBeVisible();
  await expect(view.getByText("Food and drink")).toHaveCount(0);
  await test.step("one that was not looked at is looked at on wish", async () => {
    await view.getByRole("button", { name: "Look what is in it" }).click();
    const seen = view.getByRole("region", { name: "What is in it" });
    await expect(seen.getByRole("listitem").first()).toHaveText(/^banana \d+%$/);
  });
});
