import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "./package-root.ts";
import { settingsTable } from "./settings-table.ts";
import { parseSettings, SettingsError } from "./settings.ts";

test("without any setting everything is embedded, on port 8787", () => {
  expect(parseSettings({})).toMatchObject({
    PORT: 8787,
    DATA_DIR: resolve("data"),
    DATABASE_URL: undefined,
    S3_BUCKET: undefined,
    WORKERS: 1,
    EASEL_PROVIDER: "cpu",
  });
});

test("an empty value counts as unset, and a trailing slash of an address is dropped", () => {
  const settings = parseSettings({ PORT: "", PUBLIC_URL: "https://easel.example/" });
  expect(settings).toMatchObject({ PORT: 8787, PUBLIC_URL: "https://easel.example" });
});

test("every wrong setting is named, with what came and what it is for", () => {
  const parse = () =>
    parseSettings({ PORT: "99999", EASEL_WORKER_TOKEN: "short", S3_FORCE_PATH_STYLE: "maybe" });
  expect(parse).toThrow(SettingsError);
  expect(parse).toThrow(/PORT=99999: .*\(The port of the app/);
  expect(parse).toThrow(/EASEL_WORKER_TOKEN=.*16 characters/);
  expect(parse).toThrow(/S3_FORCE_PATH_STYLE=maybe/);
});

test("a store's address without a bucket is refused: it would silently be the disk", () => {
  expect(() => parseSettings({ S3_ENDPOINT: "http://localhost:9000" })).toThrow(/S3_BUCKET/);
});

test("the README's table tells every setting as it is", () => {
  expect(readFileSync(packageRoot("README.md"), "utf8")).toContain(settingsTable());
});
