import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { copyDataIn, copyDataOut } from "./copy-data.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "easel-copy-"));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

test("a folder without a database is refused, and nothing is left where its copy would be", async () => {
  mkdirSync(join(root, "data", "secrets"), { recursive: true });
  await expect(copyDataOut(join(root, "data"), join(root, "copy"))).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("no database") as string,
  });
  expect(existsSync(join(root, "copy"))).toBe(false);
});

test("a folder whose secrets are all in the settings is copied and restored without them", async () => {
  mkdirSync(join(root, "data", "postgres"), { recursive: true });
  writeFileSync(join(root, "data", "postgres", "PG_VERSION"), "18");
  await copyDataOut(join(root, "data"), join(root, "copy"));
  await copyDataIn(join(root, "copy"), join(root, "again"));
  expect(readFileSync(join(root, "again", "postgres", "PG_VERSION"), "utf8")).toBe("18");
  expect(existsSync(join(root, "again", "secrets"))).toBe(false);
});

test("what was half written when the copy was made is not in it", async () => {
  const data = join(root, "data");
  for (const folder of ["postgres", "objects/incoming", "objects/images"])
    mkdirSync(join(data, folder), { recursive: true });
  writeFileSync(join(data, "objects", "incoming", "torn"), "half");
  writeFileSync(join(data, "objects", "images", "whole.png"), "whole");
  await copyDataOut(data, join(root, "copy"));
  expect(existsSync(join(root, "copy", "objects", "images", "whole.png"))).toBe(true);
  expect(existsSync(join(root, "copy", "objects", "incoming"))).toBe(false);
});
