import { expect } from "@playwright/test";
import { test } from "./fixtures.ts";
import { Visit } from "./visit.ts";

/** Its windows under a driver are private ones, which have no private file system. */
const LACK = "This browser gives the page no storage for a model.";

test("WebKitGTK opens the page, draws through the server and says why, keeps the history and shares", async ({
  webkit,
  easel,
  request,
}) => {
  const visit = new Visit(webkit, "a mushroom on a blue background");
  expect(await visit.open(easel.url)).toBe(`On the server Server. ${LACK}`);
  expect(await visit.draw()).toContain(`Server (its processor). ${LACK}`);
  await visit.openFromHistory();
  const link = await visit.share();
  expect(link).toMatch(/\/s\/[\w-]{22,}$/);
  expect((await request.get(link)).status()).toBe(200);

  await webkit.open(`${easel.url}/#/device`);
  const rows = `const rows = [...document.querySelectorAll("dt")].map((name) => [name.textContent, name.nextElementSibling.textContent]);
    return rows.length > 0 && rows;`;
  const told = (await webkit.waitFor("the look at this device", rows)) as [string, string][];
  expect(Object.fromEntries(told)).toMatchObject({
    Storage: "none",
    Threads: "no: this browser shares no memory between threads",
  });
  await webkit.open(`${easel.url}/#/models`);
  const models = `const { innerText } = document.querySelector("main"); return innerText.includes("${LACK}") && innerText`;
  expect(await webkit.waitFor("a word on every model", models)).not.toContain("Get it");
});
