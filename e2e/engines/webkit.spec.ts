import { expect } from "@playwright/test";
import { test } from "./fixtures.ts";
import { Visit } from "./visit.ts";

test("WebKitGTK opens the page, draws through the server, keeps the history and shares", async ({
  webkit,
  easel,
  request,
}) => {
  const visit = new Visit(webkit, "a mushroom on a blue background");
  await visit.open(easel.url);
  await visit.chooseWhere("server");
  expect(await visit.draw()).toContain("Server (its processor). You chose the server.");
  await visit.openFromHistory();
  const link = await visit.share();
  expect(link).toMatch(/\/s\/[\w-]{22,}$/);
  expect((await request.get(link)).status()).toBe(200);
});
