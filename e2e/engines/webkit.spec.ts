import { expect, test as base } from "../fixtures.ts";
import { MiniBrowser } from "./webdriver.ts";

const test = base.extend<{ webkit: MiniBrowser }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixture's needs from this pattern.
  webkit: async ({}, use) => {
    const browser = await MiniBrowser.start();
    await use(browser);
    await browser.stop();
  },
});

const PROMPT = "a mushroom on a blue background";
/** What is not near the screen is not in the page. */
const LOOK_AT_WALL = `document.querySelector('[aria-labelledby="history-heading"]')?.scrollIntoView();`;
const ON_WALL = `document.querySelector('[role="gridcell"] img[alt="${PROMPT}"]')`;

test("WebKitGTK opens the page, draws through the server, keeps the history and shares", async ({
  webkit,
  easel,
  request,
}) => {
  await webkit.open(easel.url);
  await webkit.type("#field-prompt", PROMPT);
  await webkit.waitFor(
    "a word on where it is drawn",
    `return document.querySelector('[data-testid="prospect"]')?.textContent ?? ""`,
  );
  await webkit.click('input[name="where"][value="server"]');
  await webkit.click("#generate");
  await webkit.waitFor(
    "the picture",
    `return document.querySelector('.canvas img[alt="${PROMPT}"]')?.naturalWidth === 128`,
  );
  await webkit.waitFor("the picture on the wall", `${LOOK_AT_WALL} return ${ON_WALL} !== null`);

  await webkit.reload();
  await webkit.waitFor("the history after a reload", `${LOOK_AT_WALL} return ${ON_WALL}?.naturalWidth > 0`);
  await webkit.click('[role="gridcell"] button');
  await webkit.waitFor("the picture's page", `return document.querySelector('[role="dialog"] img') !== null`);
  await webkit.click('[role="dialog"] button[aria-expanded="false"]');
  await webkit.click('//button[normalize-space()="Make a link"]');
  const link = await webkit.waitFor(
    "a link",
    `return document.querySelector('[role="dialog"] input[readonly]')?.value ?? ""`,
  );
  expect(link).toMatch(/\/s\/[\w-]{22,}$/);
  expect((await request.get(String(link))).status()).toBe(200);
});
