import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { drawnByRule, PICTURE_RULE } from "../../../src/core/tasks/conformance.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEPLOYMENTS, type Deployment } from "../../tests/deployments.ts";
import { brokenStills } from "../../tests/broken-stills.ts";
import type { OwnerClient, TestServer } from "../../tests/test-server.ts";
import { installTinySeeing } from "../../tests/tiny-seeing.ts";
import { until } from "../../tests/until.ts";
import { startWorkerProcess, type WorkerProcess } from "../../tests/worker-process.ts";

interface Prediction {
  category: string;
  scores: { category: string; score: number }[];
}

interface Ready {
  seeing: Record<string, number | undefined>;
}

interface Recognition {
  file_id: string;
  results: { label: string; label_zh: string | null; score: number }[];
}

/** What transformers answered in torch (models/lab, `python -m lab.vectors --only seeing`). */
const VECTORS = JSON.parse(readFileSync("models/lab/vectors/seeing.json", "utf8")) as {
  cases: {
    task: string;
    model: string;
    picture: [number, number];
    results: { label: string; score: number }[];
  }[];
};
const CASES = VECTORS.cases.filter(({ task, model }) => task === "classify" && model === "vit");

async function pngOf([width, height]: readonly [number, number]): Promise<Buffer> {
  const { data } = drawnByRule(PICTURE_RULE, width, height);
  return sharp(data, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer();
}

describe.each(DEPLOYMENTS)("/api/predictions on $name", ({ start }) => {
  let deployment: Deployment;
  let server: TestServer;
  let owner: OwnerClient;
  let worker: WorkerProcess;
  let dataFolder: string;

  beforeAll(async () => {
    dataFolder = mkdtempSync(join(tmpdir(), "easel-test-"));
    installTinySeeing(dataFolder, "vit");
    deployment = await start({ DATA_DIR: dataFolder });
    server = deployment.server;
    owner = await server.owner();
    // Nobody sees yet: whoever asks learns that at once, long before SEEING_WAIT_SECONDS are over.
    const started = performance.now();
    const reply = await owner.call("POST", "/api/predictions/text", { text: "too early" });
    expect([reply.status, await reply.json()]).toEqual([
      503,
      { error: expect.objectContaining({ code: "no_backend" }) as unknown },
    ]);
    expect(performance.now() - started).toBeLessThan(10_000);
    worker = startWorkerProcess(server, { models: [], environment: { DATA_DIR: dataFolder } });
    await until("the worker has loaded its models", 60_000, async () => {
      const { seeing } = (await (await fetch(`${server.url}/ready`)).json()) as Ready;
      return seeing["text-classification"] === 1 && seeing["image-classification"] === 1;
    });
  });
  afterAll(async () => {
    await worker.close();
    await deployment.close();
    rmSync(dataFolder, { recursive: true, force: true });
  });

  function recognise(
    picture: Uint8Array | string | undefined,
    terms: { fields?: Record<string, string>; who?: OwnerClient; signal?: AbortSignal } = {},
  ): Promise<Response> {
    const { fields = {}, who = owner } = terms;
    const form = new FormData();
    // Name and type are lies: only the bytes count.
    if (picture instanceof Uint8Array)
      form.set("file", new File([Buffer.from(picture)], "../../x.exe", { type: "text/html" }));
    else if (picture !== undefined) form.set("file", picture);
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    const headers = { authorization: `Bearer ${who.token}` };
    return fetch(`${server.url}/api/predictions/image`, { method: "POST", headers, body: form });
  }

  const ask = (text: unknown, who = owner): Promise<Response> =>
    who.call("POST", "/api/predictions/text", { text });
  const predict = async (text: string, who = owner): Promise<Prediction> =>
    (await (await ask(text, who)).json()) as Prediction;
  const metric = async (line: string): Promise<number> => {
    const text = await (await server.admin("GET", "/metrics")).text();
    return Number(
      text
        .split("\n")
        .find((one) => one.startsWith(`${line} `))
        ?.slice(line.length + 1) ?? 0,
    );
  };

  test("a worker says what a text is about, in both languages", async () => {
    const prompts = ["a red apple on a blue background", "一个足球", "a train", "blurry, low quality", ""];
    const predictions = await Promise.all(prompts.map((prompt) => predict(prompt)));
    expect(predictions.map(({ category }) => category)).toEqual([
      "food",
      "activities",
      "travel",
      "other",
      "other",
    ]);
    const [{ scores }] = predictions as [Prediction];
    expect(scores).toHaveLength(10);
    expect(scores[0]?.category).toBe("food");
    expect(scores.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 6);
    expect(scores.map(({ score }) => score)).toEqual(scores.map(({ score }) => score).sort((a, b) => b - a));
  });

  test("nothing of a text stays but what was seen, and that is another owner's answer too until it is forgotten", async () => {
    const text = "a bowl of noodles under a full moon";
    const cached = 'easel_predictions_total{task="text-classification",outcome="cached"}';
    const seen = 'easel_predictions_total{task="text-classification",outcome="seen"}';
    const before = [await metric(cached), await metric(seen)];
    const first = await predict(text);
    expect(await predict(text, await server.owner())).toEqual(first);
    expect([await metric(cached), await metric(seen)]).toEqual([before[0]! + 1, before[1]! + 1]);

    const { sql } = server.services.connection;
    expect(await sql`select * from seeing_jobs`).toEqual([]);
    const kept = await sql`select * from seeing_results`;
    const all = JSON.stringify(kept);
    expect(kept.length).toBeGreaterThan(0);
    for (const secret of [text, "noodles", createHash("sha256").update(text).digest("hex")])
      expect(all).not.toContain(secret);

    const forgotten = await server.admin("DELETE", "/api/cache");
    expect(await forgotten.json()).toEqual({ forgotten: kept.length });
    expect(await predict(text)).toEqual(first);
    expect(await metric(seen)).toBe(before[1]! + 2);
  });

  test("pictures are named as transformers names them, in batches, whoever sends them", async () => {
    const replies = await Promise.all(
      CASES.map(async ({ picture }) => recognise(await pngOf(picture), { fields: { top_k: "50" } })),
    );
    expect(replies.map(({ status }) => status)).toEqual(CASES.map(() => 200));
    for (const [index, { results }] of CASES.entries()) {
      const told = (await replies[index]!.json()) as Recognition;
      expect(told.file_id).toMatch(/^[\da-f-]{36}$/);
      expect(told.results).toHaveLength(11);
      results.forEach(({ label, score }, i) => {
        expect(told.results[i]).toMatchObject({ label, label_zh: null });
        expect(Math.abs(told.results[i]!.score - score)).toBeLessThan(1e-4);
      });
    }
  });

  test("five labels unless it is said how many; the picture is gone afterwards, and what was seen stays", async () => {
    const png = await pngOf([40, 40]);
    const cached = 'easel_predictions_total{task="image-classification",outcome="cached"}';
    const before = await metric(cached);
    const first = (await (await recognise(png)).json()) as Recognition;
    expect(first.results).toHaveLength(5);
    const two = (await (
      await recognise(png, { fields: { top_k: "2" }, who: await server.owner() })
    ).json()) as Recognition;
    expect(two.results).toEqual(first.results.slice(0, 2));
    expect(two.file_id).not.toBe(first.file_id);
    expect(await metric(cached)).toBe(before + 1);
    // Only five are kept of it: whoever wants more has it looked at once more.
    const all = (await (await recognise(png, { fields: { top_k: "50" } })).json()) as Recognition;
    expect(all.results).toHaveLength(11);
    expect(all.results.slice(0, 5).map(({ label }) => label)).toEqual(
      first.results.map(({ label }) => label),
    );
    expect(await metric(cached)).toBe(before + 1);

    const { store, connection } = server.services;
    const key = `seeing/${first.file_id}/picture.png`;
    await until("the picture is gone", 5000, async () => (await store.head(key)) === undefined);
    const noted = () => connection.sql`select * from orphan_objects where object_key like 'seeing/%'`;
    await until("nothing waits to be deleted", 5000, async () => (await noted()).length === 0);
  });

  test("what is no still picture is refused by name, each with its reason", async () => {
    const broken = await brokenStills();
    const replies = await Promise.all(broken.map(({ bytes }) => recognise(bytes)));
    for (const [index, { name, status, reason }] of broken.entries()) {
      const { error } = (await replies[index]!.json()) as { error?: { message: string; path: string } };
      expect([name, replies[index]!.status, error?.path]).toEqual([name, status, "file"]);
      expect([name, error?.message]).toEqual([name, expect.stringMatching(reason)]);
    }
    // The worker goes on.
    expect((await recognise(await pngOf([33, 44]))).status).toBe(200);
  });

  test("a form without a picture, or with an impossible number, is refused by name", async () => {
    const png = await pngOf([40, 40]);
    const cases: [string, Promise<Response>][] = [
      ["file", recognise(undefined)],
      ["file", recognise("a text")],
      ["top_k", recognise(png, { fields: { top_k: "0" } })],
      ["top_k", recognise(png, { fields: { top_k: "51" } })],
      ["top_k", recognise(png, { fields: { top_k: "many" } })],
      ["model", recognise(png, { fields: { model: "mine" } })],
    ];
    for (const [path, asked] of cases) {
      const reply = await asked;
      expect([path, reply.status]).toEqual([path, 400]);
      expect(await reply.json()).toMatchObject({ error: { code: "invalid_request", path } });
    }
    expect((await recognise(new Uint8Array(11 * 1024 * 1024))).status).toBe(413);
  });

  test("what is no text, or too long a one, is refused by name", async () => {
    for (const text of [undefined, 7, "a".repeat(10_001)]) {
      const reply = await ask(text);
      expect(reply.status).toBe(400);
      expect(await reply.json()).toMatchObject({ error: { code: "invalid_request", path: "text" } });
    }
  });
});
