import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEPLOYMENTS, type Deployment } from "../../tests/deployments.ts";
import type { OwnerClient, TestServer } from "../../tests/test-server.ts";
import { startWorkerProcess, type WorkerProcess } from "../../tests/worker-process.ts";

interface Prediction {
  category: string;
  scores: { category: string; score: number }[];
}

describe.each(DEPLOYMENTS)("POST /api/predictions/text on $name", ({ start }) => {
  let deployment: Deployment;
  let server: TestServer;
  let owner: OwnerClient;
  let worker: WorkerProcess;

  beforeAll(async () => {
    deployment = await start();
    server = deployment.server;
    owner = await server.owner();
    worker = startWorkerProcess(server, { models: [] });
  });
  afterAll(async () => {
    await worker.close();
    await deployment.close();
  });

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

  test("what is no text, or too long a one, is refused by name", async () => {
    for (const text of [undefined, 7, "a".repeat(10_001)]) {
      const reply = await ask(text);
      expect(reply.status).toBe(400);
      expect(await reply.json()).toMatchObject({ error: { code: "invalid_request", path: "text" } });
    }
  });
});
