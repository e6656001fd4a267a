import { randomInt } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { packageRoot } from "../package-root.ts";
import type { Program } from "../supervisor/program.ts";
import { AskingClients } from "../tests/asking-clients.ts";
import { runningPrograms } from "../tests/child-processes.ts";
import { count } from "../tests/counts.ts";
import { startEasel, type RunningEasel } from "../tests/easel-process.ts";
import { newDataFolder } from "../tests/embedded-database.ts";
import { freePort } from "../tests/free-port.ts";
import { drained, drawnOf, expectNothingLost } from "../tests/nothing-lost.ts";
import { ScriptedCrowd } from "../tests/scripted-crowd.ts";
import { newOwner, WORKER_TOKEN } from "../tests/test-server.ts";
import { startPostgres } from "../tests/true-postgres.ts";
import { pass, until } from "../tests/until.ts";

const UNLIMITED = {
  MAX_QUEUED_PER_OWNER: "100000",
  MAX_QUEUED: "100000",
  MAX_QUEUED_PER_ADDRESS: "0",
  RATE_PER_OWNER: "0",
  RATE_PER_ADDRESS: "0",
  EASEL_WORKER_TOKEN: WORKER_TOKEN,
  LOG_LEVEL: "silent",
};
/** One step of the embedded model: some 30 ms a picture. */
const QUICK = { model: "easel-mini", num_steps: 1 };
/** The whole server is back within this, on a busy machine too. */
const BACK_MILLISECONDS = 120_000;
const MOST_WAITING = 100;
const TEST_MILLISECONDS = count(300_000, 3_600_000);

interface Running {
  easel: RunningEasel;
  url: string;
}

const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function start(environment: Record<string, string>): Promise<Running> {
  const [dataFolder, port] = [await newDataFolder(), String(await freePort())];
  const easel = startEasel({ ...UNLIMITED, DATA_DIR: dataFolder, PORT: port, ...environment });
  endings.push(async () => {
    easel.child.kill("SIGTERM");
    await easel.ended;
    rmSync(dataFolder, { recursive: true, force: true });
  });
  await easel.ready;
  return { easel, url: `http://127.0.0.1:${port}` };
}

const supervisorOf = ({ easel }: Running) => easel.child.pid ?? 0;

/** SIGKILL to what runs a program, once it runs; answers the process that was killed. */
async function killProgram(running: Running, program: Program): Promise<number> {
  const victim = await until(`${program} runs`, BACK_MILLISECONDS, () =>
    Promise.resolve(runningPrograms(supervisorOf(running), program)[0]),
  );
  process.kill(victim, "SIGKILL");
  return victim;
}

async function answering({ url }: Running): Promise<void> {
  await until("the server answers", BACK_MILLISECONDS, async () => {
    const reply = await fetch(`${url}/ready`).catch(() => undefined);
    const state = (await reply?.json()) as { database: string } | undefined;
    return state?.database === "ok";
  });
}

test(
  "R02: the API server killed under load: no acknowledged picture is lost or shown twice",
  async () => {
    const database = await startPostgres();
    endings.push(database.close);
    const running = await start({ DATABASE_URL: database.url });
    const clients = new AskingClients([await newOwner(running.url), await newOwner(running.url)], QUICK);
    const manifest = JSON.parse(readFileSync(packageRoot("models/easel-mini/manifest.json"), "utf8")) as {
      id: string;
      digest: string;
    };
    const crowd = new ScriptedCrowd({ url: running.url, models: [manifest] }, 3);
    const kills = count(3, 20);
    for (let kill = 0; kill < kills; kill++) {
      const asking = clients.ask(count(120, 5000) / kills);
      await until("some are acknowledged", BACK_MILLISECONDS, () =>
        Promise.resolve(clients.acknowledged.length > (kill * count(120, 5000)) / kills + 5),
      );
      await killProgram(running, "api/main");
      await asking;
    }
    await drained(clients, count(60_000, 600_000));
    await crowd.stop();
    expect(clients.acknowledged).toHaveLength(count(120, 5000));
    await expectNothingLost(clients, crowd.completed);
  },
  TEST_MILLISECONDS,
);

/** A linear congruential generator (Knuth's MMIX constants, its high bits): the same kills for the same seed. */
function random(seed: number): (below: number) => number {
  let state = BigInt(seed);
  return (below) => {
    state = (state * 6364136223846793005n + 1442695040888963407n) % 2n ** 64n;
    return Number(((state >> 32n) * BigInt(below)) >> 32n);
  };
}

/** Postgres' kills are in database-away.test.ts too: here they wait for the full counts. */
const DATABASES = [{ name: "the embedded database" }, { name: "Postgres" }].slice(0, count(1, 2));

describe.each(DATABASES)("on $name", ({ name }) => {
  test(
    "API, GPU worker and database killed at random moments under load: nothing is lost or shown twice",
    async () => {
      const seed = Number(process.env["EASEL_FAULT_SEED"] ?? randomInt(2 ** 31));
      console.log(`The kills' seed on ${name}: EASEL_FAULT_SEED=${seed} does them again.`);
      const pick = random(seed);
      const postgres = name === "Postgres" ? await startPostgres() : undefined;
      if (postgres !== undefined) endings.push(postgres.close);
      const running = await start({
        WORKERS: "2",
        ...(postgres === undefined ? {} : { DATABASE_URL: postgres.url }),
      });
      const clients = new AskingClients([await newOwner(running.url), await newOwner(running.url)], QUICK);
      let over = false;
      let drawn = 0;
      const asking = (async () => {
        while (!over) {
          // Else a slow machine would draw for hours what was asked for while it was killed.
          if (clients.acknowledged.length < drawn + MOST_WAITING) await clients.ask(8, 4);
          else await pass(100);
        }
      })();

      const killDatabase = async () => {
        const api = runningPrograms(supervisorOf(running), "api/main");
        if (postgres === undefined) await killProgram(running, "db/embedded-main");
        else {
          await postgres.crash();
          await pass(pick(1000));
          await postgres.restart();
        }
        await answering(running);
        // It lives through the loss of its database.
        if (api.length > 0) expect(runningPrograms(supervisorOf(running), "api/main")).toEqual(api);
      };
      const victims = [
        () => killProgram(running, "api/main"),
        () => killProgram(running, "gpu-worker/main"),
        killDatabase,
      ];
      // Each of them at least once. Where nothing is drawn between them, on a busy machine, every attempt of a picture
      // would be killed: then it has failed, and rightly so.
      for (let kill = 0; kill < count(3, 20); kill++) {
        const before = drawn;
        await until("a few more are drawn", BACK_MILLISECONDS, async () => {
          drawn = await drawnOf(clients).catch(() => drawn);
          return kill === 0 || drawn >= before + 3;
        });
        await pass(200 + pick(1500));
        await victims[kill < 3 ? kill : pick(3)]?.();
        await answering(running);
      }
      over = true;
      await asking;
      await drained(clients, count(120_000, 600_000));
      expect(clients.acknowledged.length).toBeGreaterThan(8);
      expect(
        [...clients.refusals.keys()].filter((told) => !/^(no answer|503 storage_unavailable)$/.test(told)),
      ).toEqual([]);
      await expectNothingLost(clients);
    },
    TEST_MILLISECONDS,
  );
});
