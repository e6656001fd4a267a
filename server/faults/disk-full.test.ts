import { createHash } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { uploadSchema } from "../../src/contracts/upload.ts";
import { AskingClients } from "../tests/asking-clients.ts";
import { runningPrograms } from "../tests/child-processes.ts";
import { startEasel } from "../tests/easel-process.ts";
import { newDataFolder } from "../tests/embedded-database.ts";
import { readEvents } from "../tests/event-reader.ts";
import { freePort } from "../tests/free-port.ts";
import { fillDisk, freeDisk } from "../tests/full-disk.ts";
import { drained, expectNothingLost } from "../tests/nothing-lost.ts";
import { smallPng } from "../tests/scripted-worker.ts";
import { newOwner, type OwnerClient } from "../tests/test-server.ts";
import { until } from "../tests/until.ts";
import type { Program } from "../supervisor/program.ts";

/** One step of the embedded model: some 30 ms a picture. */
const QUICK = { model: "easel-mini", num_steps: 1 };
const PATH = "/api/generated-images";

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function start() {
  const [dataFolder, port] = [await newDataFolder(), await freePort()];
  const easel = startEasel({ DATA_DIR: dataFolder, PORT: String(port), WORKERS: "1", LOG_LEVEL: "silent" });
  endings.push(async () => {
    easel.child.kill("SIGTERM");
    await easel.ended;
    rmSync(dataFolder, { recursive: true, force: true });
  });
  await easel.ready;
  const processOf = (program: Program) =>
    until(`${program} runs`, 20_000, () =>
      Promise.resolve(runningPrograms(easel.child.pid ?? 0, program)[0]),
    );
  return { dataFolder, url: `http://127.0.0.1:${port}`, processOf };
}

async function announce(owner: OwnerClient, png: Uint8Array) {
  const reply = await owner.call("POST", "/api/uploads", {
    purpose: "init_image",
    content_type: "image/png",
    bytes: png.byteLength,
    sha256: createHash("sha256").update(png).digest("hex"),
  });
  return uploadSchema.parse(await reply.json());
}

test("R09, R10: the objects' disk is full: uploads are told so, a drawn picture waits for room, and no part of a file is left", async () => {
  const { dataFolder, url, processOf } = await start();
  const owner = await newOwner(url);
  const png = await smallPng();
  const { id: upload, put } = await announce(owner, png);
  const api = await processOf("api/main");
  fillDisk(api, 100);
  const send = () => fetch(put.url, { method: "PUT", headers: put.headers, body: Buffer.from(png) });
  const refused = await send();
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({
    error: { code: "storage_unavailable", hint: "Free space in DATA_DIR." },
  });
  expect((await owner.call("POST", `/api/uploads/${upload}/complete`)).status).toBe(409);

  const id = await owner.ask("drawn, and nowhere to put it", QUICK);
  await readEvents(owner, id, { enough: (events) => events.some(({ event }) => event.type === "decoding") });
  expect((await owner.call("GET", `${PATH}/${id}/url`)).status).toBe(409);
  freeDisk(api);
  const events = await readEvents(owner, id, { lastEventId: 0 });
  expect(events.at(-1)?.event.type).toBe("succeeded");
  // Its worker waited: it was not drawn again.
  expect(events.filter(({ event }) => event.type === "queued")).toHaveLength(1);
  const { url: picture } = await owner.get(`${PATH}/${id}/url`);
  expect((await fetch(String(picture))).status).toBe(200);
  expect((await send()).status).toBe(200);
  expect((await owner.call("POST", `/api/uploads/${upload}/complete`)).status).toBe(200);
  expect(readdirSync(join(dataFolder, "objects", "incoming"))).toEqual([]);
}, 120_000);

test("the embedded database's disk is full: requests are refused with 503, it comes back, and nothing is lost", async () => {
  const { url, processOf } = await start();
  const clients = new AskingClients([await newOwner(url), await newOwner(url)], QUICK);
  await clients.ask(6);
  const database = await processOf("db/embedded-main");
  fillDisk(database, 100);
  const asking = clients.ask(10);
  await until("some are refused", 60_000, () => Promise.resolve(clients.refusals.size > 0));
  // It may have ended already: who can't write what is promised must not go on.
  try {
    freeDisk(database);
  } catch {
    await processOf("db/embedded-main");
  }
  await asking;
  await drained(clients, 120_000);
  expect([...clients.refusals.keys()].filter((told) => told !== "503 storage_unavailable")).toEqual([]);
  await expectNothingLost(clients);
}, 240_000);
