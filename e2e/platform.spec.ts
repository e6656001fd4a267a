import { expect, test } from "./fixtures.ts";
import { plainPicture } from "./given-pictures.ts";
import { Studio } from "./studio.ts";

test.use({ serviceWorkers: "allow" });

interface Launchable {
  launchQueue: { setConsumer(consumer: (launch: unknown) => void): void };
  launch: (launch: unknown) => void;
  asked: number;
}

const toBytes = (buffer: Buffer) => [...buffer];

test("a picture that another app sends, and one opened from the system's files, come with their settings", async ({
  page,
}) => {
  await page.addInitScript(() => {
    const own = window as unknown as Launchable;
    // No installed app launches in a test: its queue is the page's only way to hear of one.
    Object.defineProperty(window, "launchQueue", {
      value: { setConsumer: (consumer: Launchable["launch"]) => (own.launch = consumer) },
    });
  });
  const studio = new Studio(page);
  await studio.open();
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null, null, { timeout: 60_000 });
  const picture = toBytes(await plainPicture(page, "rgb(20 90 160)"));
  const arrived = page.getByRole("dialog", { name: "A picture from elsewhere" });

  await page.evaluate((bytes) => {
    const form = document.createElement("form");
    Object.assign(form, { action: "/share-target", method: "post", enctype: "multipart/form-data" });
    const input = Object.assign(document.createElement("input"), { type: "file", name: "picture" });
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(bytes)], "蓝色.png", { type: "image/png" }));
    input.files = data.files;
    form.append(input);
    document.body.append(form);
    form.submit();
  }, picture);
  await expect(arrived.getByRole("img", { name: "The picture that came" })).toBeVisible();
  expect(page.url()).not.toContain("share");
  await page.reload();
  await expect(studio.prompt).toBeVisible();
  await expect(arrived).toHaveCount(0);

  await page.evaluate((bytes) => {
    const file = new File([Uint8Array.from(bytes)], "blue.png", { type: "image/png" });
    (window as unknown as Launchable).launch({ files: [{ getFile: () => Promise.resolve(file) }] });
  }, picture);
  await expect(arrived.getByRole("img", { name: "The picture that came" })).toBeVisible();
  await arrived.getByRole("button", { name: "Close" }).click();

  await page.goto("/?shared");
  await expect(page.getByText("The picture did not arrive.")).toBeVisible();
});

test("the app is offered after the first picture, not before, and a no is for good", async ({ page }) => {
  const studio = new Studio(page);
  const offer = page.getByRole("region", { name: "Install" });
  const installable = () =>
    page.evaluate(() => {
      const event = Object.assign(new Event("beforeinstallprompt", { cancelable: true }), {
        prompt: () => Promise.resolve(),
      });
      window.dispatchEvent(event);
      return event.defaultPrevented;
    });
  await studio.open();
  expect(await installable()).toBe(true);
  await expect(offer).toHaveCount(0);
  await studio.draw("a bell", { steps: 1, seed: 1, where: "This device" });
  await offer.getByRole("button", { name: "Not now" }).click();
  await expect(offer).toHaveCount(0);
  await page.reload();
  expect(await installable()).toBe(true);
  await studio.draw("a drum", { steps: 1, seed: 1, where: "This device" });
  await expect(offer).toHaveCount(0);
});
