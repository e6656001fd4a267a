import { chmodSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { builtProgram } from "../tests/built-programs.ts";
import { newDataFolder } from "../tests/embedded-database.ts";
import { openEmbedded } from "./open-embedded.ts";

let dataFolder = "";
afterEach(() => rmSync(dataFolder, { recursive: true, force: true }));

test("no other user of the machine enters the database's folder, which an older version left open", async () => {
  dataFolder = await newDataFolder();
  const folder = join(dataFolder, "postgres");
  chmodSync(folder, 0o755);
  const database = await openEmbedded(dataFolder, builtProgram("db/embedded-main"));
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  await database?.close();
});
