import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SafetyRule } from "../../src/contracts/safety.ts";
import { DEPLOYMENTS, type Deployment } from "../tests/deployments.ts";
import { readEvents } from "../tests/event-reader.ts";
import type { OwnerClient } from "../tests/test-server.ts";
import { installTinySeeing } from "../tests/tiny-seeing.ts";
import { until } from "../tests/until.ts";
import { startWorkerProcess } from "../tests/worker-process.ts";

/** The random classifier's labels, of which one is always the likeliest. */
const ALL = "apple bell cat dog egg fox guitar house island jar kite".split(" ");
const EVERYTHING: SafetyRule = { labels: ALL, threshold: 0.9 };
const NOTHING: SafetyRule = { labels: ["apple"], threshold: 1 };

let dataFolder: string;
let deployment: Deployment;
let owner: OwnerClient;
const endings: (() => Promise<void>)[] = [];

beforeEach(async () => {
  dataFolder = mkdtempSync(join(tmpdir(), "easel-test-"));
  deployment = await DEPLOYMENTS[0]!.start({ DATA_DIR: dataFolder });
  owner = await deployment.server.owner();
});
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
  await deployment.close();
  rmSync(dataFolder, { recursive: true, force: true });
});

function startWorker(rule: SafetyRule | undefined): void {
  const prepare = (folder: string): void => {
    if (rule !== undefined) installTinySeeing(folder, "vit", undefined, rule);
  };
  const worker = startWorkerProcess(deployment.server, { prepare });
  endings.push(() => worker.close());
}

/** What the object store on disk holds of pictures; it makes its folder with the first. */
function objects(): string[] {
  const folder = join(dataFolder, "objects");
  const all = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
  return all.filter((path) => path.endsWith(".png"));
}

test("what the safety model calls unsafe is neither shown on its way nor kept, nor tried again", async () => {
  installTinySeeing(dataFolder, "vit", undefined, EVERYTHING);
  startWorker(EVERYTHING);
  const id = await owner.ask("anything", { model: "easel-mini", num_steps: 12, seed: 3 });
  const events = (await readEvents(owner, id)).map(({ event }) => event);
  expect(events.at(-1)).toMatchObject({
    type: "failed",
    error: { code: "unsafe_picture", message: expect.stringMatching(/unsafe \(\w+, 100 %\)/) as string },
  });
  expect(events.filter((event) => event.type === "step" && event.preview !== undefined)).toEqual([]);
  expect(objects()).toEqual([]);
  const [row] = await deployment.server.services.connection
    .sql`select attempt, status from generated_images where id = ${id}`;
  expect(row).toEqual({ attempt: 1, status: "failed" });
});

test("a safe picture is kept; a worker without the server's safety model, or with another rule, is given nothing", async () => {
  installTinySeeing(dataFolder, "vit", undefined, NOTHING);
  startWorker(undefined);
  startWorker({ ...NOTHING, threshold: 0.5 });
  const { connection } = deployment.server.services;
  await until("both ask for work", 30_000, async () => {
    const rows = await connection.sql`select models from workers`;
    return rows.length === 2;
  });
  expect(await connection.sql`select models from workers`).toEqual([{ models: [] }, { models: [] }]);
  const id = await owner.ask("anything", { seed: 3 });
  startWorker(NOTHING);
  await readEvents(owner, id);
  expect(await owner.image(id)).toMatchObject({ status: "succeeded" });
  const [drawn] = await connection.sql`select attempt, worker_id from generated_images where id = ${id}`;
  const [able] = await connection.sql`select id from workers where models::text <> '[]'`;
  expect(drawn).toEqual({ attempt: 1, worker_id: able?.["id"] });
  expect(objects()).toHaveLength(1);
});
