import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { builtProgram } from "../tests/built-programs.ts";
import { newDataFolder } from "../tests/embedded-database.ts";
import { connect } from "./connect.ts";
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

test("a first start that is killed while it makes the cluster leaves a folder from which the next one starts", async () => {
  dataFolder = mkdtempSync(join(tmpdir(), "easel-data-"));
  const folder = join(dataFolder, "postgres");
  const program = builtProgram("db/embedded-main");
  const first = spawn(process.execPath, [...program, dataFolder, join(dataFolder, "socket")]);
  const gone = once(first, "exit");
  // From this file on PGlite takes the cluster for a whole one, though others come after it.
  while (!existsSync(join(folder, "PG_VERSION")) && first.exitCode === null) await setImmediate();
  first.kill("SIGKILL");
  await gone;
  expect(existsSync(join(folder, "easel-unfinished"))).toBe(true);
  // What a moment earlier, or on a disk that writes in another order, would have been left out.
  rmSync(join(folder, "base", "5"), { recursive: true });

  const database = await openEmbedded(dataFolder, program);
  const connection = connect(database?.url ?? "");
  expect(await connection.sql`select count(*)::int as databases from pg_database`).toEqual([
    { databases: 3 },
  ]);
  expect(existsSync(join(folder, "easel-unfinished"))).toBe(false);
  await connection.close();
  await database?.close();
});

test("a database whose files are damaged is no endless wait: it is said that it ended while it started", async () => {
  dataFolder = await newDataFolder();
  rmSync(join(dataFolder, "postgres", "global"), { recursive: true });
  await expect(openEmbedded(dataFolder, builtProgram("db/embedded-main"))).rejects.toThrow(
    "The embedded database ended (1) while it started.",
  );
});
