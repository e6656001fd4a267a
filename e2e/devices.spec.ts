import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { EaselServer } from "./easel-server.ts";
import { expect, test } from "./fixtures.ts";
import { nameThing } from "./recogniser.ts";
import { Studio } from "./studio.ts";

test("a second device joins by the code that the first one shows, once, and is removed again", async ({
  page,
  browser,
}) => {
  await page.goto("/#/device");
  await page.getByRole("button", { name: "Link a device" }).click();
  // The server listens to this machine alone: no phone could use a code.
  await expect(page.getByText("Start the server with HOST=0.0.0.0")).toBeVisible();
  await expect(page.getByRole("img", { name: /Scan this/ })).toBeHidden();
  const address = await page.getByRole("textbox", { name: "Address" }).inputValue();
  expect(address).toMatch(/\/#\/join\/[\w-]{43}$/);

  const phone = await (await browser.newContext()).newPage();
  await phone.goto(address);
  const name = phone.getByRole("textbox", { name: "Name of this device" });
  await expect(name).toHaveValue("Chrome, Windows");
  await name.fill("My phone");
  await phone.getByRole("button", { name: "Link this device" }).click();
  await expect(phone).toHaveURL(/#\/device$/);
  const devices = phone.getByRole("region", { name: "Your other devices" }).getByRole("listitem");
  await expect(devices).toHaveCount(2);
  await expect(devices.filter({ hasText: "My phone" })).toContainText("this device");
  // One owner: what one asks for, the other finds.
  const ask = { prompt: "a red apple", model: "easel-mini", seed: 1, num_steps: 1 };
  const asked = await phone.evaluate(async (body) => {
    const headers = { "Content-Type": "application/json" };
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    return (await (await fetch("/api/generated-images", init)).json()) as { id: string };
  }, ask);
  const status = () =>
    page.evaluate(async (id) => (await fetch(`/api/generated-images/${id}`)).status, asked.id);
  expect(await status()).toBe(200);

  const third = await (await browser.newContext()).newPage();
  await third.goto(address);
  await third.getByRole("button", { name: "Link this device" }).click();
  await expect(third.getByRole("alert")).toContainText("used already");

  await page.reload();
  await page.getByRole("button", { name: "Remove My phone" }).click();
  await expect(page.getByText("to the server it is a stranger now")).toBeVisible();
  const seen = await phone.evaluate(
    async (id) => (await fetch(`/api/generated-images/${id}`)).status,
    asked.id,
  );
  expect(seen).toBe(404);
  for (const other of [phone, third]) await other.context().close();
});

test("a page on the server's own machine shows a code for its address in the network, and a phone joins and draws there, and is told why not by itself", async ({
  page,
  browser,
}) => {
  const easel = await EaselServer.start({ HOST: "0.0.0.0" });
  try {
    await page.goto(`${easel.url}/#/device`);
    await page.getByRole("button", { name: "Link a device" }).click();
    await expect(page.getByRole("img", { name: /Scan this/ })).toBeVisible();
    const address = await page.getByRole("textbox", { name: "Address" }).inputValue();
    expect(new URL(address).port).toBe(new URL(easel.url).port);
    expect(new URL(address).hostname).not.toMatch(/localhost|^127\./);

    const phone = await (await browser.newContext({ baseURL: new URL(address).origin })).newPage();
    await phone.goto(address);
    expect(await phone.evaluate(() => isSecureContext)).toBe(false);
    await phone.getByRole("button", { name: "Link this device" }).click();
    const devices = phone.getByRole("region", { name: "Your other devices" }).getByRole("listitem");
    await expect(devices).toHaveCount(2);
    await expect(phone.getByText("This address is not secure (https)").first()).toBeVisible();
    const studio = new Studio(phone);
    await studio.open();
    const picture = await studio.draw("a dog on a red background", { seed: 3 });
    expect(await nameThing(await studio.bytesOf(picture))).toEqual({ thing: "dog", ground: "red" });
    await expect(phone.getByRole("main")).toContainText("not secure");

    // A model that whoever runs the server added meanwhile is offered too.
    const env = { ...process.env, DATA_DIR: easel.dataDir };
    await promisify(execFile)(process.execPath, ["scripts/easel.mjs", "model", "add", "./models/tiny/sd"], {
      env,
    });
    const models = async () => (await (await phone.request.get("/api/models")).json()) as unknown;
    await expect.poll(async () => JSON.stringify(await models()), { timeout: 60_000 }).toContain("tiny-sd");
    await studio.open();
    await studio.unfoldSettings();
    await studio.field("Model").selectOption({ label: "Tiny SD (random) (server)" });
    await studio.draw("noise", { seed: 1 });
    await expect(phone.getByRole("main")).toContainText("This model is on the server only.");
    await phone.context().close();
  } finally {
    await easel.dispose();
  }
});
