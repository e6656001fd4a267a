import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { count } from "../tests/counts.ts";
import { startEmbeddedDatabase, type TestDatabase } from "../tests/embedded-database.ts";
import { pdf } from "../tests/pdf-files.ts";
import { TestServer, type OwnerClient } from "../tests/test-server.ts";
import { installTinySeeing } from "../tests/tiny-seeing.ts";
import { until } from "../tests/until.ts";
import { startWorkerProcess, type WorkerProcess } from "../tests/worker-process.ts";

/** As many as may wait of one owner. */
const DOCUMENTS = count(6, 50);
const KILLS = count(2, 20);
/** Of different lengths in turn, several batches of a worker each. */
const pagesOf = (document: number): number => count(5, 120) + ((document * 7) % 40);

interface Document {
  id: string;
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
  installTinySeeing(dataFolder, "yolos");
  database = await startEmbeddedDatabase();
  server = await TestServer.start(database, {
    DATA_DIR: dataFolder,
    RATE_PER_OWNER: "0",
    RATE_PER_ADDRESS: "0",
  });
  owner = await server.owner();
});
afterAll(async () => {
  for (const worker of workers) await worker.close();
  await server.close();
  await database.close();
  rmSync(dataFolder, { recursive: true, force: true });
});

const startWorker = (): WorkerProcess => {
  const worker = startWorkerProcess(server, { models: [], environment: { DATA_DIR: dataFolder } });
  workers.push(worker);
  return worker;
};

async function keep(document: number): Promise<string> {
  const body = new FormData();
  body.set("title", `Document ${document}`);
  body.set("file", new File([Buffer.from(pdf(pagesOf(document)))], "a.pdf"));
  const headers = { authorization: `Bearer ${owner.token}` };
  const reply = await fetch(`${server.url}/api/documents`, { method: "POST", body, headers });
  expect(reply.status).toBe(201);
  return ((await reply.json()) as Document).id;
}

/** Pages that a worker has now; none of them was lost with a worker before: the third loss would end its document. */
async function isUnderWay(): Promise<boolean> {
  const rows = await server.services.connection.sql`
    select attempts from seeing_jobs where lease_expires_at > now()`;
  return rows.length > 0 && rows.every(({ attempts }) => attempts === 1);
}

test(
  `${KILLS} workers are killed while ${DOCUMENTS} documents are looked through: no page is lost, shown twice or taken back`,
  async () => {
    const ids: string[] = [];
    for (let document = 0; document < DOCUMENTS; document++) ids.push(await keep(document));
    const done = new Map<string, number>();
    const follow = async (): Promise<Document[]> => {
      const { documents } = (await owner.get("/api/documents?limit=100")) as { documents: Document[] };
      for (const { id, pages_done: pages } of documents) {
        expect(pages).toBeGreaterThanOrEqual(done.get(id) ?? 0);
        done.set(id, pages);
      }
      return documents;
    };
    const living = [startWorker(), startWorker()];
    let killed = 0;
    while (killed < KILLS) {
      const victim = living[killed % 2]!;
      await until("pages are under way", 120_000, async () => {
        const over = (await follow()).every(({ status }) => status !== "queued" && status !== "running");
        expect(over, "The documents were through before the last kill: there should be more.").toBe(false);
        return isUnderWay();
      });
      victim.child.kill("SIGKILL");
      living[killed % 2] = startWorker();
      killed++;
    }
    await until("all documents are looked through", count(120_000, 1_800_000), async () =>
      (await follow()).every(({ status }) => status === "succeeded" || status === "failed"),
    );
    for (const [document, id] of ids.entries()) {
      const { status, pages } = (await owner.get(`/api/documents/${id}`)) as unknown as Document;
      expect([document, status]).toEqual([document, "succeeded"]);
      expect(pages.map(({ page }) => page)).toEqual(
        Array.from({ length: pagesOf(document) }, (_, i) => i + 1),
      );
    }
    expect(await server.services.connection.sql`select * from seeing_jobs`).toEqual([]);
  },
  count(300_000, 3_600_000),
);
