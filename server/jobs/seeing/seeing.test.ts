import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEPLOYMENTS, type Deployment } from "../../tests/deployments.ts";
import { ScriptedSeer } from "../../tests/scripted-seer.ts";
import { WORKER_TOKEN, type OwnerClient, type TestServer } from "../../tests/test-server.ts";
import { until } from "../../tests/until.ts";
import { sweepSeeing } from "./results.ts";

describe.each(DEPLOYMENTS)("what waits to be seen, on $name", ({ start }) => {
  let deployment: Deployment;
  let server: TestServer;
  let owner: OwnerClient;
  let seer: ScriptedSeer;

  beforeAll(async () => {
    deployment = await start({ RESULT_CACHE: "false" });
    server = deployment.server;
    owner = await server.owner();
    seer = new ScriptedSeer(server);
    // From then on it is known to be there.
    await seer.claim();
  });
  afterAll(() => deployment.close());

  /** The reply's status and its category or its error's code. */
  async function ask(text: string): Promise<[number, string | undefined]> {
    const reply = await owner.call("POST", "/api/predictions/text", { text });
    const { category, error } = (await reply.json()) as { category?: string; error?: { code: string } };
    return [reply.status, category ?? error?.code];
  }
  /** A worker's claim waits at this server. */
  const claimWaits = () =>
    until("a claim waits", 5000, () => {
      const { handOver, seeing } = server.services;
      return Promise.resolve(seeing.all().every((model) => handOver.isExpected(model)));
    });
  /** What was asked lies in the table some time after the last claim has gone. */
  const rows = () => server.services.connection.sql`select * from seeing_jobs`;
  const waiting = (count: number) =>
    until(`${count} wait`, 5000, async () => (await rows()).length === count);

  test("a worker has one model for each task", async () => {
    const models = ["a", "b"].map((digit) => ({ task: "text-classification", digest: digit.repeat(64) }));
    const reply = await fetch(`${server.url}/api/worker/seeing/claim`, {
      method: "POST",
      headers: { authorization: `Bearer ${WORKER_TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify({ worker_id: "double", models, most: 1, wait_seconds: 0 }),
    });
    expect(reply.status).toBe(400);
    expect(await reply.text()).toContain("one model for each task");
  });

  test("a batch holds what waits, the oldest first, and no more than the worker takes", async () => {
    const first = ask("1");
    await waiting(1);
    const second = ask("2");
    await waiting(2);
    const third = ask("3");
    await waiting(3);
    const batch = await seer.mustClaim({ most: 2 });
    expect(batch.jobs.map((job) => job.task === "text-classification" && job.text).sort()).toEqual([
      "1",
      "2",
    ]);
    const rest = await seer.mustClaim();
    expect(rest.jobs).toHaveLength(1);
    expect(await seer.claim()).toBeUndefined();
    await seer.finish(rest, "travel");
    await seer.finish(batch);
    expect(await Promise.all([first, second, third])).toEqual([
      [200, "food"],
      [200, "food"],
      [200, "travel"],
    ]);
    expect(await rows()).toEqual([]);
  });

  test("a worker that waits at the server is handed what is asked, a picture with its bytes, and nothing is kept", async () => {
    const claimed = seer.mustClaim({ most: 2 });
    await claimWaits();
    const file = readFileSync("workers/seeing/tests/four-drawings.png");
    const body = new FormData();
    body.set("file", new File([file], "a.png"));
    const headers = { authorization: `Bearer ${owner.token}` };
    const asked = [
      fetch(`${server.url}/api/predictions/image`, { method: "POST", headers, body }),
      fetch(`${server.url}/api/predictions/text`, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify({ text: "handed" }),
      }),
    ];
    const batch = await claimed;
    const batches = batch.jobs.length === 2 ? [batch] : [batch, await seer.mustClaim()];
    for (const { jobs, next } of batches) {
      for (const job of jobs) {
        if (job.task === "image-classification") {
          expect([job.bytes, job.url]).toEqual([file.byteLength, undefined]);
          expect(Buffer.from(next(job.bytes!))).toEqual(file);
        }
      }
    }
    expect(batches.flatMap(({ jobs }) => jobs.map(({ task }) => task)).sort()).toEqual([
      "image-classification",
      "text-classification",
    ]);
    expect(await rows()).toEqual([]);
    expect(await server.services.connection.sql`select * from orphan_objects`).toEqual([]);
    for (const one of batches) await seer.finish(one);
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200]);
    await expect(seer.finish(batch)).rejects.toMatchObject({ code: "lease_lost" });
  });

  test("a lease that has lapsed is another's, and its late answer changes nothing", async () => {
    const asked = ask("fenced");
    await waiting(1);
    const late = await seer.mustClaim();
    expect(await seer.claim()).toBeUndefined();
    await server.services.connection
      .sql`update seeing_jobs set lease_expires_at = now() - interval '1 second'`;
    const batch = await seer.mustClaim();
    expect(batch.jobs).toEqual(late.jobs);
    await expect(seer.finish(late, "flags")).rejects.toMatchObject({ code: "lease_lost" });
    await seer.finish(batch, "nature");
    expect(await asked).toEqual([200, "nature"]);
  });

  test("what an answer leaves out is handed back, and an error is told to the one whom it concerns", async () => {
    const asked = [ask("good"), ask("bad"), ask("left out")];
    await waiting(3);
    const batch = await seer.mustClaim();
    const idOf = (text: string) =>
      batch.jobs.find((job) => job.task === "text-classification" && job.text === text)!.id;
    await seer.complete(batch, [
      { id: idOf("good"), seen: [{ label: "people", labelZh: null, score: 1 }] },
      { id: idOf("bad"), error: { code: "unsupported_media", message: "It can't be seen." } },
    ]);
    const again = await seer.mustClaim();
    expect(again.jobs.map(({ id }) => id)).toEqual([idOf("left out")]);
    await seer.finish(again);
    expect(await Promise.all(asked)).toEqual([
      [200, "people"],
      [415, "unsupported_media"],
      [200, "food"],
    ]);
  });

  test("a worker with another version of the model is given nothing", async () => {
    const asked = ask("for whom?");
    await waiting(1);
    expect(await seer.claim({ digest: "0".repeat(64) })).toBeUndefined();
    await seer.finish(await seer.mustClaim());
    expect((await asked)[0]).toBe(200);
  });

  test("nobody's answer is waited for without end, and who hangs up leaves nothing behind", async () => {
    const hungUp = new AbortController();
    const gone = fetch(`${server.url}/api/predictions/text`, {
      method: "POST",
      headers: { authorization: `Bearer ${owner.token}`, "content-type": "application/json" },
      body: JSON.stringify({ text: "gone" }),
      signal: hungUp.signal,
    });
    await waiting(1);
    hungUp.abort();
    await expect(gone).rejects.toThrow();
    await waiting(0);
    const { settings } = server.services;
    const patience = settings.SEEING_WAIT_SECONDS;
    Object.assign(settings, { SEEING_WAIT_SECONDS: 1 });
    expect(await ask("nobody sees")).toEqual([504, "timed_out"]);
    Object.assign(settings, { SEEING_WAIT_SECONDS: patience });
    expect(await rows()).toEqual([]);
  });

  test("64 requests of an owner may wait at once, and the next is told so while they do", async () => {
    const { handOver, seeing } = server.services;
    const leave = handOver.enter(seeing.all());
    const asked = Array.from({ length: 64 }, (_, i) => ask(`${i}`));
    await until("all wait", 10_000, () => Promise.resolve(handOver.count === 64));
    expect(await ask("one more")).toEqual([429, "queue_full"]);
    const other = await server.owner();
    const theirs = other.call("POST", "/api/predictions/text", { text: "another's" });
    for (let left = 65; left > 0;) {
      const batch = await seer.mustClaim();
      left -= batch.jobs.length;
      await seer.finish(batch);
    }
    leave();
    expect(await Promise.all(asked)).toEqual(Array(64).fill([200, "food"]));
    expect((await theirs).status).toBe(200);
    expect(await rows()).toEqual([]);
  });

  test("an owner who waits for as much as may wait is told so; what a dead server left is swept", async () => {
    const { sql, database } = server.services.connection;
    await sql`insert into seeing_jobs (id, owner_id, task, digest, deadline)
      select gen_random_uuid(), (select id from owners limit 1), 'text-classification', 'none', now() - interval '2 minutes'
      from generate_series(1, 64)`;
    expect(await ask("one more")).toEqual([429, "queue_full"]);
    await sweepSeeing(database);
    expect(await rows()).toEqual([]);
  });
});
