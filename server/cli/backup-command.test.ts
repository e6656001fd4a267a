import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { startEasel, type RunningEasel } from "../tests/easel-process.ts";
import { newDataFolder } from "../tests/embedded-database.ts";
import { freePort } from "../tests/free-port.ts";
import { OwnerClient } from "../tests/test-server.ts";
import { smallPng } from "../tests/scripted-worker.ts";
import { backupCommand, restoreCommand } from "./backup-command.ts";

let dataFolder: string;
let elsewhere: string;
let port: string;
let easel: RunningEasel | undefined;

beforeAll(async () => {
  dataFolder = await newDataFolder();
  elsewhere = mkdtempSync(join(tmpdir(), "easel-backup-"));
  port = String(await freePort());
});
afterEach(() => vi.unstubAllEnvs());
afterAll(async () => {
  easel?.child.kill("SIGKILL");
  await easel?.ended;
  for (const folder of [dataFolder, elsewhere]) rmSync(folder, { recursive: true, force: true });
});

async function start(folder: string): Promise<OwnerClient> {
  easel = startEasel({ DATA_DIR: folder, PORT: port, RATE_PER_OWNER: "0", RATE_PER_ADDRESS: "0" });
  await easel.ready;
  // An unknown key of this length is an owner's on an open server: the same one on both folders.
  return new OwnerClient(`http://127.0.0.1:${port}`, "a-key-of-the-backup-tests-that-is-long-enough");
}

async function stop(): Promise<void> {
  easel?.child.kill("SIGTERM");
  await easel?.ended;
}

test(
  "a copy of a server under load restores to what was there, and goes on as it stood",
  { timeout: 240_000 },
  async () => {
    const owner = await start(dataFolder);
    const png = await smallPng();
    const before = await owner.ask("asked for before", { model: "easel-mini" });
    const uploaded = await owner.upload("share", "image/png", png);
    vi.stubEnv("DATA_DIR", dataFolder);
    vi.stubEnv("PORT", port);
    let busy = true;
    const asked: number[] = [];
    const load = (async () => {
      while (busy) {
        const reply = await owner.call("POST", "/api/generated-images", { prompt: "x" });
        asked.push(reply.status);
        await owner.call("DELETE", `/api/generated-images/${((await reply.json()) as { id: string }).id}`);
      }
    })();
    const copy = join(elsewhere, "live");
    const [said] = await backupCommand([copy]);
    busy = false;
    await load;
    expect(said).toContain(copy);
    // Nobody was refused meanwhile, and nothing lies about.
    expect(new Set(asked)).toEqual(new Set([201]));
    expect(readdirSync(join(dataFolder, "backups"))).toEqual([]);
    const after = await owner.ask("asked for after", { model: "easel-mini" });
    await expect(backupCommand([copy])).rejects.toMatchObject({ code: "conflict" });
    await expect(restoreCommand([copy])).rejects.toThrow("A server uses");
    await stop();

    const restored = join(elsewhere, "restored");
    vi.stubEnv("DATA_DIR", restored);
    await restoreCommand([copy]);
    const same = await start(restored);
    expect(await same.image(before)).toMatchObject({ prompt: "asked for before", status: "queued" });
    expect((await same.call("GET", `/api/generated-images/${after}`)).status).toBe(404);
    const shared = await same.call("POST", "/api/shares", { upload_id: uploaded, prompt: "kept" });
    const { url } = (await shared.json()) as { url: string };
    const picture = await fetch(`${url.replace("localhost", "127.0.0.1")}/image.png`);
    expect(Buffer.from(await picture.arrayBuffer())).toEqual(Buffer.from(png));
    await stop();
  },
);

test("without a server the folder itself is copied; what is no backup, or would lose data, is refused", async () => {
  vi.stubEnv("DATA_DIR", dataFolder);
  const copy = join(elsewhere, "cold");
  await backupCommand([copy]);
  await expect(restoreCommand([copy])).rejects.toThrow("holds postgres already");
  vi.stubEnv("DATA_DIR", join(elsewhere, "other"));
  rmSync(join(copy, "easel-backup.json"));
  await expect(restoreCommand([copy])).rejects.toThrow("is no whole backup");
  expect(existsSync(join(elsewhere, "other", "postgres"))).toBe(false);
  vi.stubEnv("DATABASE_URL", "postgres://somewhere/else");
  await expect(backupCommand([join(elsewhere, "no")])).rejects.toMatchObject({
    hint: expect.stringContaining("pg_dump") as string,
  });
  await expect(backupCommand([])).rejects.toThrow("backup needs one new folder");
});
