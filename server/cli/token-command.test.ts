import { rmSync } from "node:fs";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { lockFolder } from "../db/data-folder-lock.ts";
import { newDataFolder, startEmbeddedDatabase } from "../tests/embedded-database.ts";
import { ADMIN_TOKEN, TestServer } from "../tests/test-server.ts";
import { tokenCommand } from "./token-command.ts";

let dataFolder: string;

beforeAll(async () => void (dataFolder = await newDataFolder()));
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(dataFolder, { recursive: true, force: true }));

/** Adds, lists and revokes, and answers what was printed last. */
async function addListRevoke(): Promise<string> {
  const [, token] = await tokenCommand(["add", "Ada"]);
  expect(token).toMatch(/^[\w-]{43}$/);
  await expect(tokenCommand(["add", "Ada"])).rejects.toThrow("There is a token for Ada already.");
  expect((await tokenCommand(["list"])).join()).toMatch(/^Ada\tmade \d{4}-\d\d-\d\d$/);
  await tokenCommand(["revoke", "Ada"]);
  await expect(tokenCommand(["revoke", "Ada"])).rejects.toThrow("not revoked");
  return (await tokenCommand(["list"])).join();
}

test("without a server, tokens are made in the data folder's database", async () => {
  vi.stubEnv("DATA_DIR", dataFolder);
  expect(await addListRevoke()).toMatch(/^Ada\tmade [\d-]+, revoked [\d-]+$/);
  // The folder is free again for a server.
  const lock = await lockFolder(dataFolder, "server");
  expect(lock).toBeDefined();
  await lock?.release();
});

test("beside a running server it goes through the server, and says so where none answers", async () => {
  const database = await startEmbeddedDatabase();
  const server = await TestServer.start(database);
  // The supervisor holds this lock for as long as it runs.
  const lock = await lockFolder(dataFolder, "server");
  vi.stubEnv("DATA_DIR", dataFolder);
  vi.stubEnv("EASEL_ADMIN_TOKEN", ADMIN_TOKEN);
  vi.stubEnv("PORT", new URL(server.url).port);
  expect(await addListRevoke()).toMatch(/^Ada\tmade [\d-]+, revoked [\d-]+$/);
  vi.stubEnv("EASEL_ADMIN_TOKEN", "not-the-admin-token");
  await expect(tokenCommand(["list"])).rejects.toThrow("needs the admin token");
  await server.close();
  await expect(tokenCommand(["list"])).rejects.toThrow("none answers");
  await database.close();
  await lock?.release();
});

test("what is wrong with a command is said", async () => {
  await expect(tokenCommand([])).rejects.toThrow("token needs one of");
  await expect(tokenCommand(["add"])).rejects.toThrow("token needs one of");
  await expect(tokenCommand(["add", "Ada", "Lovelace"])).rejects.toThrow("quotes");
});
