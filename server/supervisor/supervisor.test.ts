import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lockFolder } from "../db/data-folder-lock.ts";
import { newDataFolder } from "../tests/embedded-database.ts";
import { startEasel, type RunningEasel } from "../tests/easel-process.ts";
import { freePort } from "../tests/free-port.ts";
import { newOwner, OwnerClient } from "../tests/test-server.ts";

/** No worker is started here, so nothing could be drawn; all the rest is there. */
const STATE = { status: "failing", database: "ok", storage: "ok", workers: 0, seeing: {} };

async function stateAt(port: string): Promise<unknown> {
  return (await fetch(`http://localhost:${port}/ready`)).json();
}

test("R08: of two servers that race for one empty data directory one starts, the other one ends and breaks nothing", async () => {
  const dataFolder = await newDataFolder();
  const ports = [String(await freePort()), String(await freePort())];
  const racing = ports.map((PORT) => startEasel({ DATA_DIR: dataFolder, PORT }));
  try {
    const outcomes = await Promise.allSettled(racing.map(({ ready }) => ready));
    const first = outcomes.findIndex(({ status }) => status === "fulfilled");
    const loser = racing[1 - first];
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await loser?.ended).toBe(1);
    expect(loser?.output()).toContain(`another Easel already uses the data directory ${dataFolder}`);
    expect(await stateAt(ports[first] ?? "")).toEqual(STATE);
    const owner = await newOwner(`http://localhost:${ports[first] ?? ""}`);
    const id = await owner.ask("still there", { model: "easel-mini" });
    expect(await owner.image(id)).toMatchObject({ status: "queued" });
  } finally {
    for (const { child } of racing) child.kill("SIGTERM");
    for (const { ended } of racing) await ended;
    rmSync(dataFolder, { recursive: true, force: true });
  }
});

describe("npm start", () => {
  let dataFolder: string;
  let port: string;
  let easel: RunningEasel;

  beforeAll(async () => {
    dataFolder = await newDataFolder();
    port = String(await freePort());
    easel = startEasel({ DATA_DIR: dataFolder, PORT: port });
    await easel.ready;
  });
  afterAll(async () => {
    easel.child.kill("SIGKILL");
    await easel.ended;
    rmSync(dataFolder, { recursive: true, force: true });
  });

  test("it says in one line where it is, and is ready there", async () => {
    expect(easel.output()).toBe(`Easel is ready: http://localhost:${port}\n`);
    expect(await stateAt(port)).toEqual(STATE);
  });

  test("R08: a second server on the same data directory ends at once with a clear message", async () => {
    const started = performance.now();
    const second = startEasel({ DATA_DIR: dataFolder, PORT: String(await freePort()) });
    expect(await second.ended).toBe(1);
    // Half a second on an idle machine; a busy one gets a margin.
    expect(performance.now() - started).toBeLessThan(4000);
    expect(second.output()).toContain(`another Easel already uses the data directory ${dataFolder}`);
    expect(await stateAt(port)).toEqual(STATE);
  });

  test("R08: the database itself is guarded too, should its supervisor be gone", async () => {
    expect(await lockFolder(dataFolder, "database")).toBeUndefined();
    expect(await lockFolder(dataFolder, "server")).toBeUndefined();
  });

  test("a port in use and settings that can't be are said clearly", async () => {
    const taken = createServer().listen(0, "0.0.0.0");
    await once(taken, "listening");
    const address = taken.address();
    const takenPort = String(typeof address === "object" ? address?.port : "");
    const other = await newDataFolder();
    const refused = startEasel({ DATA_DIR: other, PORT: takenPort });
    expect(await refused.ended).toBe(1);
    expect(refused.output()).toContain(`port ${takenPort} is in use`);
    taken.close();
    const wrong = startEasel({
      DATA_DIR: other,
      PORT: "many",
      EASEL_PROVIDER: "abacus",
      S3_ENDPOINT: "http://localhost:1",
    });
    expect(await wrong.ended).toBe(1);
    expect(wrong.output()).toMatch(/PORT=many: .*\n.*EASEL_PROVIDER=abacus: /);
    rmSync(other, { recursive: true, force: true });
  });

  test("R24: SIGTERM ends everything within 10 s, drops no reply, and keeps the data for the next start", async () => {
    const url = `http://localhost:${port}`;
    const { token } = (await (await fetch(`${url}/api/owners`, { method: "POST" })).json()) as {
      token: string;
    };
    const owner = new OwnerClient(url, token);
    const id = await owner.ask("kept", { model: "easel-mini" });
    const stream = await owner.call("GET", `/api/generated-images/${id}/events`);
    const told = stream.text();
    const started = performance.now();
    const replies = Promise.all(
      Array.from({ length: 20 }, () => owner.call("GET", `/api/generated-images/${id}`)),
    );
    // The requests are on their way when the signal comes.
    await fetch(`${url}/health`);
    easel.child.kill("SIGTERM");
    expect(await easel.ended).toBe(0);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect((await replies).map(({ status }) => status)).toEqual(Array<number>(20).fill(200));
    expect(await told).toContain('"type":"queued"');

    easel = startEasel({ DATA_DIR: dataFolder, PORT: port });
    await easel.ready;
    expect(await owner.image(id)).toMatchObject({ id, status: "queued", prompt: "kept" });
  });

  test("a killed supervisor leaves nothing running, and the next start finds the data", async () => {
    easel.child.kill("SIGKILL");
    await easel.ended;
    const started = performance.now();
    easel = startEasel({ DATA_DIR: dataFolder, PORT: port });
    await easel.ready;
    expect(performance.now() - started).toBeLessThan(45_000);
    expect(await stateAt(port)).toEqual(STATE);
  });
});
