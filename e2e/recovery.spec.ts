import { alterStoredFile, endDrawingWorker, exhaustMemory, leaveRoom, loseGpu } from "./browser-faults.ts";
import { expect, test } from "./fixtures.ts";
import { Studio } from "./studio.ts";

test.use({ serviceWorkers: "allow" });

test("R28: the browser ends the drawing worker: it is said, the server draws that picture, and this device the next", async ({
  page,
}) => {
  const studio = new Studio(page);
  await studio.open();
  await studio.draw("a bell", { seed: 1, steps: 1, where: "This device" });

  await studio.fill("a castle", { seed: 2, steps: 16, where: "Auto" });
  await studio.generate.click();
  await expect(page.getByText(/Step [1-9]\d* of 16/)).toBeVisible();
  await endDrawingWorker(page);
  const said = page.getByText(
    "WASM could not draw it: The browser ended the drawing worker. Drawing it on the server instead.",
  );
  await expect(said.first()).toBeVisible();
  await expect(studio.picture("a castle")).toBeVisible({ timeout: 60_000 });
  await expect(page.getByTestId("provider")).toContainText("Server");
  // It stays with the picture.
  await expect(said.first()).toBeVisible();

  await studio.draw("a fish", { seed: 3, steps: 1, where: "This device" });
  await page.reload();
  for (const prompt of ["a bell", "a castle", "a fish"]) await expect(studio.picture(prompt)).toBeVisible();
});

test("R28: the GPU is lost in the middle of a picture: it is said, and WASM draws it", async ({ page }) => {
  const studio = new Studio(page);
  await studio.open("?webgpu=software");
  await studio.fill("a mushroom", { seed: 5, steps: 3, guidance: 1, where: "This device" });
  await studio.generate.click();
  // A software adapter takes its time for the first step.
  await expect(page.getByText(/Step \d of 3/)).toBeVisible({ timeout: 180_000 });
  await loseGpu(page);
  await expect(studio.picture("a mushroom")).toBeVisible({ timeout: 60_000 });
  await expect(page.getByTestId("provider")).toContainText("WASM on this device");
  await expect(
    page
      .getByText(/WebGPU could not draw it: The graphics device was lost.*Drawing it on WASM instead\./)
      .first(),
  ).toBeVisible();
});

test("R28: memory runs out in this browser: it is said, and the server draws the picture", async ({
  page,
}) => {
  const studio = new Studio(page);
  await studio.open();
  await expect(page.getByText("Ready offline")).toBeVisible();
  await exhaustMemory(page);
  await studio.draw("a tent", { seed: 6, steps: 2, where: "Auto" });
  await expect(page.getByTestId("provider")).toContainText("Server");
  await expect(
    page
      .getByText(/WASM could not draw it: There was not enough memory.*Drawing it on the server instead\./)
      .first(),
  ).toBeVisible();
  await studio.draw("a snail", { seed: 7, steps: 1, where: "This device" });
});

test("R26: a file of the app's model was altered: it is said, the server draws, and the file is fetched again", async ({
  page,
}) => {
  const studio = new Studio(page);
  await studio.open();
  const ready = page.getByText("Ready offline");
  await expect(ready).toBeVisible();
  await alterStoredFile(page, "easel-mini", "unet/model.onnx");
  const fetched = page.waitForResponse(/models\/easel-mini\/unet\/model\.onnx/);
  await studio.draw("a bell", { seed: 1, steps: 2, where: "Auto" });
  await expect(page.getByTestId("provider")).toContainText("Server");
  await expect(
    page
      .getByText(/The stored copy of unet\/model\.onnx of easel-mini is damaged.*on the server instead\./)
      .first(),
  ).toBeVisible();
  await fetched;
  await studio.draw("a boat", { seed: 2, steps: 1, where: "This device" });
  await expect(ready).toBeVisible();
});

test("R26: with no room left the new picture stays on the page, the others in the history; saved once there is room", async ({
  page,
}) => {
  const studio = new Studio(page);
  await studio.open();
  // Nothing else wants room by now. A picture of this size and its thumbnail take some 20 kB.
  await expect(page.getByText("Ready offline")).toBeVisible();
  await leaveRoom(page, 60_000);
  await studio.draw("a bell", { seed: 1, steps: 1, where: "This device" });
  await studio.field("Batch").fill("5");
  await studio.draw("a boat", { seed: 2, steps: 1, where: "This device" });
  await expect(page.getByRole("alert")).toContainText(
    "There is no room left on this device for the picture.",
  );
  await expect(studio.picture("a bell")).toBeVisible();
  await leaveRoom(page, null);
  await page.getByRole("button", { name: "Save again" }).click();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await page.reload();
  await expect(studio.picture("a bell")).toBeVisible();
  await expect(page.getByRole("gridcell").filter({ hasText: "a boat" })).toHaveCount(5);
  await expect(studio.field("Batch")).toHaveValue("5");
});
