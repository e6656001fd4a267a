import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startEmbeddedDatabase, type TestDatabase } from "../tests/embedded-database.ts";
import { pdf } from "../tests/pdf-files.ts";
import { TestServer, type OwnerClient } from "../tests/test-server.ts";
import { installTinySeeing } from "../tests/tiny-seeing.ts";
import { until } from "../tests/until.ts";
import { startWorkerProcess, type WorkerProcess } from "../tests/worker-process.ts";

const PAGES = 60;
const REQUESTS = 60;

interface Document {
  status: string;
  pages_done: number;
  pages: { page: number }[];
}

let dataFolder: string;
let database: TestDatabase;
let server: TestServer;
let owner: OwnerClient;
const workers: WorkerProcess[] = [];

beforeAll(async () => {
  dataFolder = mkdtempSync(join(tmpdir(), "easel-test-"));
  installTinySeeing(dataFolder, "vit");
  installTinySeeing(dataFolder, "yolos");
  database = await startEmbeddedDatabase();
  // What a killed worker has leased is another's after 15 s.
  server = await TestServer.start(database, {
    ...{ DATA_DIR: dataFolder, RESULT_CACHE: "false", SEEING_WAIT_SECONDS: "90" },
  });
  owner = await server.owner();
});
afterAll(async () => {
  for (const worker of workers) await worker.close();
  await server.close();
  await database.close();
  rmSync(dataFolder, { recursive: true, force: true });
});

async function startWorker(live: number): Promise<WorkerProcess> {
  const worker = startWorkerProcess(server, { models: [], environment: { DATA_DIR: dataFolder } });
  workers.push(worker);
  await until("the worker has loaded its models", 60_000, async () => {
    const ready = (await (await fetch(`${server.url}/ready`)).json()) as { seeing: Record<string, number> };
    return (
      (ready.seeing["object-detection"] ?? 0) >= live && (ready.seeing["image-classification"] ?? 0) >= live
    );
  });
  return worker;
}

function form(fields: Record<string, string | File>): RequestInit {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  return { method: "POST", body, headers: { authorization: `Bearer ${owner.token}` } };
}

const get = async (id: string) => (await owner.get(`/api/documents/${id}`)) as unknown as Document;

test.each(["SIGKILL", "SIGTERM"] as const)(
  "a worker that gets %s with predictions and a document under way: another answers all of them, once",
  async (signal) => {
    const victim = await startWorker(1);
    const file = new File([Buffer.from(pdf(PAGES))], "a.pdf");
    const kept = await fetch(`${server.url}/api/documents`, form({ title: "Under way", file }));
    const { id } = (await kept.json()) as { id: string };
    // Large enough that all are asked before the last is seen.
    const picture = await sharp({ create: { width: 1600, height: 1200, channels: 3, background: "#a63" } })
      .png()
      .toBuffer();
    const asked = Array.from({ length: REQUESTS }, (_, i) =>
      i % 2 === 0
        ? owner.call("POST", "/api/predictions/text", { text: `a red apple ${i}` })
        : fetch(
            `${server.url}/api/predictions/image`,
            form({ file: new File([Buffer.from(picture)], "a.png") }),
          ),
    );
    const { sql } = server.services.connection;
    let answered = 0;
    for (const reply of asked) void reply.then(() => answered++);
    await until("all was asked, and a prediction and the document are leased", 60_000, async () => {
      const rows =
        await sql`select task = 'object-detection' as document, lease_id as lease from seeing_jobs`;
      const { handOver } = server.services;
      const waiting = rows.filter(({ document }) => document !== true).length + handOver.count;
      const leased = new Set(rows.filter(({ lease }) => lease !== null).map(({ document }) => document));
      if (handOver.batches > 0) leased.add(false);
      return waiting + answered === REQUESTS && leased.size === 2;
    });
    victim.child.kill(signal);
    const { pages_done: before } = await get(id);
    expect(before).toBeLessThan(PAGES);
    const other = await startWorker(1);
    const replies = await Promise.all(asked);
    expect(replies.map(({ status }) => status)).toEqual(Array(REQUESTS).fill(200));
    const document = await until("the document is looked through", 90_000, async () => {
      const now = await get(id);
      return now.status !== "queued" && now.status !== "running" && now;
    });
    expect(document.status).toBe("succeeded");
    expect(document.pages.map(({ page }) => page)).toEqual(Array.from({ length: PAGES }, (_, i) => i + 1));
    expect(await sql`select * from seeing_jobs`).toEqual([]);
    await other.close();
  },
  240_000,
);
