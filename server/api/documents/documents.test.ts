import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import type { documentWithPagesSchema } from "../../../src/contracts/document.ts";
import { drawnByRule, PICTURE_RULE } from "../../../src/core/tasks/conformance.ts";
import { brokenStills } from "../../tests/broken-stills.ts";
import { DEPLOYMENTS, type Deployment } from "../../tests/deployments.ts";
import { brokenPdfs, pdf } from "../../tests/pdf-files.ts";
import type { OwnerClient, TestServer } from "../../tests/test-server.ts";
import { installTinySeeing } from "../../tests/tiny-seeing.ts";
import { until } from "../../tests/until.ts";
import { startWorkerProcess, type WorkerProcess } from "../../tests/worker-process.ts";

type Document = z.infer<typeof documentWithPagesSchema>;

/** What transformers answered in torch (models/lab, `python -m lab.vectors --only seeing`). */
const VECTORS = JSON.parse(readFileSync("models/lab/vectors/seeing.json", "utf8")) as {
  cases: {
    task: string;
    model: string;
    picture: [number, number];
    results: { label: string; score: number; box: [number, number, number, number] }[];
  }[];
};
const CASE = VECTORS.cases.find(({ task, model }) => task === "detect" && model === "yolos")!;

async function pngOf([width, height]: readonly [number, number]): Promise<Buffer> {
  const { data } = drawnByRule(PICTURE_RULE, width, height);
  return sharp(data, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer();
}

describe.each(DEPLOYMENTS)("/api/documents on $name", ({ start }) => {
  let deployment: Deployment;
  let server: TestServer;
  let owner: OwnerClient;
  let worker: WorkerProcess;
  let dataFolder: string;

  beforeAll(async () => {
    dataFolder = mkdtempSync(join(tmpdir(), "easel-test-"));
    installTinySeeing(dataFolder, "yolos");
    deployment = await start({ DATA_DIR: dataFolder });
    server = deployment.server;
    owner = await server.owner();
    worker = startWorkerProcess(server, { models: [], environment: { DATA_DIR: dataFolder } });
  });
  afterAll(async () => {
    await worker.close();
    await deployment.close();
    rmSync(dataFolder, { recursive: true, force: true });
  });

  function send(
    file: Uint8Array | string | undefined,
    terms: { fields?: Record<string, string>; who?: OwnerClient } = {},
  ): Promise<Response> {
    const { fields = { title: "A page" }, who = owner } = terms;
    const form = new FormData();
    // Name and type are lies: only the bytes count.
    if (file instanceof Uint8Array)
      form.set("file", new File([Buffer.from(file)], "../../x.exe", { type: "text/html" }));
    else if (file !== undefined) form.set("file", file);
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    const headers = { authorization: `Bearer ${who.token}` };
    return fetch(`${server.url}/api/documents`, { method: "POST", headers, body: form });
  }
  async function keep(file: Uint8Array, who = owner): Promise<string> {
    const reply = await send(file, { who });
    expect(reply.status).toBe(201);
    const { id } = (await reply.json()) as Document;
    expect(reply.headers.get("location")).toBe(`/api/documents/${id}`);
    return id;
  }
  const get = async (id: string) => (await owner.get(`/api/documents/${id}`)) as unknown as Document;
  const over = (id: string) =>
    until("the document is looked through", 100_000, async () => {
      const document = await get(id);
      return document.finished_at !== null && document;
    });

  test("a picture is one page, on which is found what transformers finds", async () => {
    const { status, progress, page_count, pages, model, error } = await over(
      await keep(await pngOf(CASE.picture)),
    );
    expect({ status, progress, page_count, model, error }).toEqual({
      ...{ status: "succeeded", progress: 100, page_count: 1, model: "tiny/yolos", error: null },
    });
    const [page] = pages;
    expect([page?.page, page?.width, page?.height]).toEqual([1, ...CASE.picture]);
    const expected = [...CASE.results].sort((a, b) => b.score - a.score);
    expect(page!.things.length).toBeGreaterThanOrEqual(expected.length);
    expected.forEach(({ label, score, box: [left, top, right, bottom] }, i) => {
      const { box, ...thing } = page!.things[i]!;
      expect(thing).toEqual({ label, label_zh: null, score: expect.closeTo(score, 4) as number });
      expect(box.left).toBeCloseTo(left, 2);
      expect(box.top).toBeCloseTo(top, 2);
      expect(box.left + box.width).toBeCloseTo(right, 2);
      expect(box.top + box.height).toBeCloseTo(bottom, 2);
    });
  });

  test("a PDF is looked through page by page, more of them than a worker answers at once", async () => {
    const file = pdf(11);
    const id = await keep(file);
    const { pages, ...document } = await over(id);
    expect(document).toMatchObject({
      ...{ title: "A page", content_type: "application/pdf", bytes: file.length, status: "succeeded" },
      ...{ progress: 100, page_count: 11, pages_done: 11 },
    });
    expect(pages.map(({ page, width, height }) => [page, width, height])).toEqual(
      Array.from({ length: 11 }, (_, i) => [i + 1, 1280, 640]),
    );
    const { url } = (await owner.get(`/api/documents/${id}/url`)) as { url: string };
    const stored = await fetch(url);
    expect(stored.headers.get("content-type")).toBe("application/pdf");
    expect(Buffer.from(await stored.arrayBuffer()).equals(file)).toBe(true);
    expect(await server.services.connection.sql`select * from seeing_jobs`).toEqual([]);
  });

  test("what can't be looked through is refused at once or ends as failed, each with its reason", async () => {
    const broken = [...(await brokenStills()), ...brokenPdfs().map((one) => ({ ...one, status: 415 }))];
    const replies = await Promise.all(broken.map(({ bytes }) => send(bytes)));
    for (const [index, { name, reason }] of broken.entries()) {
      const reply = (await replies[index]!.json()) as { id: string; error?: Document["error"] };
      const refused = replies[index]!.status === 415;
      const { status, error } = refused ? { status: "refused", error: reply.error } : await over(reply.id);
      expect([name, status]).toEqual([name, refused ? "refused" : "failed"]);
      expect([name, error]).toEqual([
        name,
        expect.objectContaining({
          code: "unsupported_media",
          path: "file",
          message: expect.stringMatching(reason) as string,
        }),
      ]);
    }
    // The worker goes on.
    expect((await over(await keep(pdf(1)))).status).toBe("succeeded");
  }, 200_000);

  test("a document is its owner's alone, is listed newest first, and goes with its file", async () => {
    const who = await server.owner();
    const ids = [await keep(pdf(1), who), await keep(pdf(2), who), await keep(pdf(1), who)].reverse();
    const first = (await who.get("/api/documents?limit=2")) as { documents: Document[]; next_cursor: string };
    const second = await who.get(`/api/documents?limit=2&cursor=${first.next_cursor}`);
    const listed = [...first.documents, ...(second["documents"] as Document[])].map(({ id }) => id);
    expect([listed, second["next_cursor"]]).toEqual([ids, null]);
    const [id] = ids as [string];
    const key = `documents/${id}/file.pdf`;
    for (const [method, path] of [
      ["GET", `/api/documents/${id}`],
      ["GET", `/api/documents/${id}/url`],
      ["DELETE", `/api/documents/${id}`],
    ] as const)
      expect([method, path, (await owner.call(method, path)).status]).toEqual([method, path, 404]);
    const { store, connection } = server.services;
    expect(await store.head(key)).toMatchObject({ contentType: "application/pdf" });
    for (const one of ids) expect((await who.call("DELETE", `/api/documents/${one}`)).status).toBe(204);
    expect(await who.get("/api/documents")).toEqual({ documents: [], next_cursor: null });
    await until("the file is gone", 5000, async () => (await store.head(key)) === undefined);
    for (const table of ["seeing_jobs", "document_pages"]) {
      const { rows } = await connection.database.execute(
        `select * from ${table} where ${table === "seeing_jobs" ? "id" : "document_id"} = '${id}'`,
      );
      expect([table, rows]).toEqual([table, []]);
    }
  });

  test("a form that lacks something or is too large is refused by name", async () => {
    const cases: [string, Promise<Response>][] = [
      ["file", send(undefined)],
      ["file", send("a text")],
      ["title", send(pdf(1), { fields: {} })],
      ["title", send(pdf(1), { fields: { title: "  " } })],
      ["title", send(pdf(1), { fields: { title: "a".repeat(201) } })],
      ["model", send(pdf(1), { fields: { title: "A", model: "mine" } })],
    ];
    for (const [path, asked] of cases) {
      const reply = await asked;
      expect([path, reply.status]).toEqual([path, 400]);
      expect(await reply.json()).toMatchObject({ error: { code: "invalid_request", path } });
    }
    const long = Buffer.alloc(21 * 1024 * 1024);
    long.write("%PDF-1.4");
    expect((await send(long)).status).toBe(413);
  });
});
