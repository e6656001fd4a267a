import { afterEach, expect, test } from "vitest";
import { CATALOGUE } from "../../models/catalogue.ts";
import { overwriteGetLocale } from "../../paraglide/runtime.js";
import { aboutModel } from "./about-model.ts";

afterEach(() => overwriteGetLocale(() => "en"));

test("each model of the catalogue is described in English as in its file, and in Chinese in Chinese", () => {
  expect(CATALOGUE.length).toBeGreaterThan(0);
  for (const { id, description } of CATALOGUE) {
    overwriteGetLocale(() => "en");
    expect(aboutModel(id, undefined), `${id} in src/ui/library/about-model.ts`).toBe(description);
    overwriteGetLocale(() => "zh");
    expect(aboutModel(id, undefined), id).toMatch(/\p{Script=Han}/u);
  }
});

test("a model that the catalogue does not know says itself what it is", () => {
  expect(aboutModel("owner/name", "A model of one's own.")).toBe("A model of one's own.");
});
