import { expect, test } from "./fixtures.ts";
import { Studio } from "./studio.ts";

test.use({ serviceWorkers: "allow" });

/** What the page asked of its device, in a browser that has no screen to keep on and no notification to show. */
interface Asked {
  screen: string[];
  badges: number[];
  notified: string[];
}
declare global {
  interface Window {
    asked: Asked;
    hidden: boolean;
  }
}

test.beforeEach(async ({ page }) => {
  await page.addInitScript(() => {
    const asked: Asked = { screen: [], badges: [], notified: [] };
    Object.assign(window, { asked, hidden: false });
    const lock = { release: () => Promise.resolve(void asked.screen.push("off")) };
    const wakeLock = { request: () => Promise.resolve((asked.screen.push("on"), lock)) };
    Object.defineProperty(navigator, "wakeLock", { value: wakeLock });
    Object.defineProperty(navigator, "setAppBadge", {
      value: (count: number) => Promise.resolve(void asked.badges.push(count)),
    });
    Object.defineProperty(navigator, "clearAppBadge", {
      value: () => Promise.resolve(void asked.badges.push(0)),
    });
    let permission: NotificationPermission = "default";
    class Shown {
      static get permission() {
        return permission;
      }
      static requestPermission = () => Promise.resolve((permission = "granted"));
      constructor(title: string, options: NotificationOptions) {
        asked.notified.push(`${title}: ${options.body}`);
      }
    }
    Object.defineProperty(window, "Notification", { value: Shown });
    ServiceWorkerRegistration.prototype.showNotification = function (title, options) {
      asked.notified.push(`${title}: ${options?.body}`);
      return Promise.resolve();
    };
    Object.defineProperty(document, "visibilityState", {
      get: () => (window.hidden ? "hidden" : "visible"),
    });
  });
});

test("before: a verdict; meanwhile: title, time left, screen and badge; after, while hidden: a notification", async ({
  page,
}) => {
  const studio = new Studio(page);
  await studio.open();
  const prospect = page.getByTestId("prospect");
  await expect(prospect).toContainText("Draws well here WASM on this device", { timeout: 60_000 });
  await studio.chooseWhere("Server");
  await expect(prospect).toContainText("On the server Server. You chose the server.");
  await studio.draw("a bell", { steps: 2, where: "This device" });
  // Measured now.
  await studio.field("Steps").fill("150");
  await expect(prospect).toContainText(/WASM on this device, about \d+ (s|minutes)/);

  await studio.fill("a castle", { steps: 150, where: "This device" });
  await studio.generate.click();
  await expect(page.getByText(/Step \d+ of 150, \d+ (s|min) left/)).toBeVisible({ timeout: 60_000 });
  await studio.fill("a fish", { steps: 2, where: "This device" });
  await studio.generate.click();
  const queue = page.getByRole("region", { name: "Queue" });
  await expect(queue.getByRole("listitem")).toContainText(/about \d+ (s|min) left/);
  await expect(page).toHaveTitle(/^\d+% · Easel$/);
  await page.getByRole("link", { name: "This device" }).click();
  await expect(page).toHaveTitle(/^\d+% · Easel$/);
  await page.goBack();
  const asked = () => page.evaluate(() => window.asked);
  expect((await asked()).screen).toEqual(["on", "off", "on"]);
  expect((await asked()).badges).toContain(2);

  const hide = (hidden: boolean) =>
    page.evaluate((now) => {
      window.hidden = now;
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  const question = page.getByRole("region", { name: "Notifications" });
  await expect(question).toHaveCount(0);
  await hide(true);
  await hide(false);
  await question.getByRole("button", { name: "Yes, tell me" }).click();
  await expect(question).toHaveCount(0);
  await hide(true);
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect
    .poll(async () => (await asked()).notified, { timeout: 60_000 })
    .toEqual(["The picture is drawn: a fish"]);
  await expect(page.getByRole("status").filter({ hasText: "The picture is drawn: a fish." })).toHaveCount(1);
  await expect.poll(async () => (await asked()).badges.at(-1)).toBe(0);
  expect((await asked()).screen.at(-1)).toBe("off");
});
