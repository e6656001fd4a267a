import { expect } from "@playwright/test";
import { test } from "./fixtures.ts";
import { Visit } from "./visit.ts";

test("WebKitGTK opens the page, draws through the server and says why, keeps the history and shares", async ({
  webkit,
  easel,
  request,
}) => {
  const visit = new Visit(webkit, "a mushroom on a blue background");
  // Its private windows have neither shared memory nor a private file system.
  const lack = "This browser gives the page no storage for a model.";
  expect(await visit.open(easel.url)).toBe(`On the server Server. ${lack}`);
  expect(await visit.draw()).toContain(`Server (its processor). ${lack}`);
  await visit.openFromHistory();
  const link = await visit.share();
  expect(link).toMatch(/\/s\/[\w-]{22,}$/);
  expect((await request.get(link)).status()).toBe(200);

  await webkit.open(`${easel.url}/#/device`);
  const report = `return [...document.querySelectorAll("dt")].map((name) => [name.textContent, name.nextElementSibling.textContent])`;
  const told = new Map(
    (await webkit.waitFor(
      "the look at this device",
      `const rows = await (async () => { ${report} })(); return rows.length > 0 && rows`,
    )) as [string, string][],
  );
  expect(told.get("Threads")).toBe("no: this browser shares no memory between threads");
  expect(told.get("Storage")).toBe("none");
});
