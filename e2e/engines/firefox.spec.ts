import { expect } from "@playwright/test";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { readPictureSettings } from "../../src/core/metadata/index.ts";
import { nameThing } from "../recogniser.ts";
import { test } from "./fixtures.ts";
import { Visit } from "./visit.ts";

test("Firefox opens the page, draws on WASM, saves, reloads and shares", async ({
  firefox,
  easel,
  request,
}) => {
  const prompt = "a mushroom on a blue background";
  const visit = new Visit(firefox, prompt);
  // A GPU that Firefox had would be taken first: it has none here.
  expect(await visit.open(easel.url)).toContain("WASM on this device");
  await firefox.type("#field-seed", "4");
  await visit.chooseWhere("device");
  expect(await visit.draw()).toContain("WASM on this device");

  await visit.openFromHistory();
  await firefox.click('//*[@role="dialog"]//button[normalize-space()="Download"]');
  const name = "a-mushroom-on-a-blue-background-4.png";
  await expect.poll(() => readdir(firefox.downloads)).toEqual([name]);
  const png = await readFile(join(firefox.downloads, name));
  expect(await nameThing(png)).toEqual({ thing: "mushroom", ground: "blue" });
  expect(await readPictureSettings(png)).toMatchObject({ settings: { prompt, seed: 4 } });

  const link = await visit.share();
  expect(link).toMatch(/\/s\/[\w-]{22,}$/);
  expect((await request.get(link)).status()).toBe(200);
  expect(firefox.errors).toEqual([]);
});
