import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createLog } from "../log.ts";
import { parseSettings } from "../settings.ts";
import { openStore } from "./open-store.ts";

test("no other user of the machine enters the pictures' folder, in a data folder that is open to all", async () => {
  const DATA_DIR = mkdtempSync(join(tmpdir(), "easel-open-"));
  const folder = join(DATA_DIR, "objects");
  mkdirSync(folder, { mode: 0o755 });
  await openStore(parseSettings({ DATA_DIR }), createLog("error", "test"));
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  rmSync(DATA_DIR, { recursive: true });
});
