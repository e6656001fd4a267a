import { spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../package-root.ts";
import { count } from "../tests/counts.ts";
import { pass } from "../tests/until.ts";
import { DiskStore, INCOMING } from "./disk-store.ts";

const BYTES = 64 * 1024 * 1024;
const PIECE = 64 * 1024;

/** Puts 64 MiB of a byte, piece by piece as they come from a network, and tells when it begins and when it is done. */
const PROGRAM = `
  const [{ DiskStore }] = await Promise.all([import(process.argv[1])]);
  const [folder, key, value] = process.argv.slice(2);
  async function* pieces() {
    process.stdout.write("begun ");
    for (let sent = 0; sent < ${BYTES}; sent += ${PIECE}) yield Buffer.alloc(${PIECE}, Number(value));
  }
  await new DiskStore(folder, "a secret").receive(key, pieces(), { bytes: ${BYTES}, max: ${BYTES} });
  process.stdout.write("done");
`;

function digestOf(value: number): string {
  return createHash("sha256").update(Buffer.alloc(BYTES, value)).digest("hex");
}

test("R09: SIGKILL in the middle of a 64 MiB put: the object is the old one or the new one, never torn", async () => {
  const folder = mkdtempSync(join(tmpdir(), "easel-torn-"));
  const key = `images/${randomUUID()}/${randomUUID()}.png`;
  const path = join(folder, key);
  const module = packageRoot("server/storage/disk-store.ts");
  const seen: string[] = [];
  let shown = 0;
  for (let kill = 1; kill <= count(4, 15); kill++) {
    const args = ["--import", "tsx", "--input-type=module", "-e", PROGRAM, module, folder, key, String(kill)];
    const child = spawn(process.execPath, args, { cwd: packageRoot(), stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(child, "exit");
    let told = "";
    child.stdout.on("data", (chunk: Buffer) => (told += String(chunk)));
    while (!told.includes("begun")) await once(child.stdout, "data");
    // From its first piece to its last and somewhat after, evenly over the kills.
    await pass(((kill - 1) * 240) / count(4, 15));
    child.kill("SIGKILL");
    await ended;
    seen.push(told);
    const whole = existsSync(path) ? createHash("sha256").update(readFileSync(path)).digest("hex") : "none";
    const before = shown === 0 ? "none" : digestOf(shown);
    if (whole !== before) {
      expect(whole).toBe(digestOf(kill));
      shown = kill;
    }
    // What was told to be stored is there.
    if (told.includes("done")) expect(shown).toBe(kill);
  }
  // Some were caught in the middle, or the test would prove nothing.
  expect(seen.filter((told) => !told.includes("done")).length).toBeGreaterThan(0);
  expect(await new DiskStore(folder, "a secret").head(key)).toEqual(
    shown === 0 ? undefined : { bytes: BYTES, contentType: "image/png" },
  );
  rmSync(folder, { recursive: true });
});

test("what a killed write left behind goes after an hour, and what is being written stays", async () => {
  const folder = mkdtempSync(join(tmpdir(), "easel-torn-"));
  const incoming = join(folder, INCOMING);
  const store = new DiskStore(folder, "a secret");
  await store.deleteTorn();
  mkdirSync(incoming);
  for (const [name, minutes] of [
    ["torn", 61],
    ["coming", 50],
  ] as const) {
    writeFileSync(join(incoming, name), "half");
    const then = new Date(Date.now() - minutes * 60_000);
    utimesSync(join(incoming, name), then, then);
  }
  await store.deleteTorn();
  expect(readdirSync(incoming)).toEqual(["coming"]);
  rmSync(folder, { recursive: true });
});
