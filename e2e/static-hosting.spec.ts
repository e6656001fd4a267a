import { readFile } from "node:fs/promises";
import { expect, test, type Page } from "@playwright/test";
import { contentSecurityPolicy } from "../server/api/security-headers.ts";
import { readZip } from "../src/zip/read-zip.ts";
import { buildWhatIsStale } from "../scripts/build.mjs";
import { askedHeaders, StaticHost } from "./static-host.ts";
import { Studio } from "./studio.ts";

test.use({ serviceWorkers: "allow" });

const FOLDER = "dist/static";

test.beforeAll(() => buildWhatIsStale(undefined, ["static"]));

test("the headers that a host is asked for are those of our own server", () => {
  const { "Content-Security-Policy": policy } = askedHeaders(`${FOLDER}/_headers`);
  expect(policy).toBe(contentSecurityPolicy([]));
});

/** What the page asked of a server that is not there, and what its policy refused. */
function complaints(page: Page): string[] {
  const all: string[] = [];
  page.on("request", (request) => {
    if (/^\/(?:api|s|objects)\//.test(new URL(request.url()).pathname)) all.push(request.url());
  });
  page.on("response", (response) => {
    if (response.status() >= 400) all.push(`${response.status()} ${response.url()}`);
  });
  page.on("console", (message) => {
    if (/Content Security Policy/i.test(message.text())) all.push(message.text());
  });
  return all;
}

test("from a host that sends no headers: drawn with one thread and told so, kept, exported; a recipe link draws it elsewhere", async ({
  page,
  browser,
}) => {
  const host = await StaticHost.start(FOLDER);
  try {
    const all = complaints(page);
    const studio = new Studio(page);
    // As in a browser without a file picker: the zip is a download.
    await page.addInitScript(() => Reflect.deleteProperty(window, "showSaveFilePicker"));
    await page.goto(host.url);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    await expect(page.getByTestId("prospect")).toContainText("one thread has to do");
    await expect(page.getByRole("radiogroup", { name: "Where to draw" })).toHaveCount(0);
    const drawn = await studio.draw("a cat on a blue background", { steps: 4, seed: 5 });
    const pixels = await studio.pixelsOf(drawn);

    await page.reload();
    const history = page.getByRole("region", { name: "History" });
    await history.getByRole("button", { name: "Export and import" }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name: "Export all as a zip" }).click(),
    ]);
    const zip = await readZip(new Blob([await readFile(await download.path())]));
    expect(zip.filter(({ path }) => path.endsWith(".png"))).toHaveLength(1);

    await history.getByRole("img", { name: "a cat on a blue background" }).click();
    await page.getByRole("button", { name: "Share", exact: true }).click();
    const link = await page.getByRole("textbox", { name: "Recipe link" }).inputValue();
    expect(link).toMatch(/^http:\/\/localhost:\d+\/#\/recipe\/[\w-]+$/);
    expect(all).toEqual([]);

    const elsewhere = await (await browser.newContext()).newPage();
    const other = new Studio(elsewhere);
    await elsewhere.goto(link);
    const sheet = elsewhere.getByRole("dialog", { name: "A picture's recipe" });
    await expect(sheet).toContainText("a cat on a blue background");
    await sheet.getByRole("button", { name: "Draw it" }).click();
    await expect(sheet).toHaveCount(0);
    const again = other.picture("a cat on a blue background");
    await expect(again).toBeVisible({ timeout: 60_000 });
    await expect(other.progress).toHaveCount(0);
    expect(await other.pixelsOf(again)).toEqual(pixels);
    expect(new URL(elsewhere.url()).hash).toBe("#/");
    await elsewhere.goto(link.slice(0, -12));
    await elsewhere.reload();
    await expect(sheet.getByRole("alert")).toContainText("cut short");
    await elsewhere.context().close();
  } finally {
    await host.stop();
  }
});

test("from a host that sends them: threads, and nothing that its policy refuses", async ({ page }) => {
  const host = await StaticHost.start(FOLDER, askedHeaders(`${FOLDER}/_headers`));
  try {
    const all = complaints(page);
    await page.goto(host.url);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await expect(page.getByTestId("prospect")).not.toContainText("one thread has to do");
    await new Studio(page).draw("a dog", { steps: 2, seed: 1 });
    await page.getByText("Ready offline").waitFor();
    expect(all).toEqual([]);
  } finally {
    await host.stop();
  }
});
