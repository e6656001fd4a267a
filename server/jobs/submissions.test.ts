import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requestSchema } from "../../src/contracts/request.ts";
import { DEPLOYMENTS, type Deployment } from "../tests/deployments.ts";
import type { TestDatabase } from "../tests/embedded-database.ts";
import { ScriptedWorker, smallPng } from "../tests/scripted-worker.ts";
import { OwnerClient, TestServer } from "../tests/test-server.ts";
import { startPostgres } from "../tests/true-postgres.ts";

const PATH = "/api/generated-images";
const LIMITS = { MAX_QUEUED_PER_OWNER: "6", MAX_QUEUED: "20", TRUSTED_PROXIES: "1" };

interface Told {
  status: number;
  id: string | undefined;
  code: string | undefined;
  position: number | undefined;
}

async function post(owner: OwnerClient, body: object = {}, headers = {}): Promise<Told> {
  const reply = await owner.call("POST", PATH, { prompt: "a hat", model: "tiny-sd", ...body }, headers);
  const told = (await reply.json()) as { id?: string; queue_position?: number; error?: { code: string } };
  return { status: reply.status, id: told.id, code: told.error?.code, position: told.queue_position };
}

const times = <Result>(count: number, one: (index: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, (_, index) => one(index)));

async function clear(owner: OwnerClient): Promise<string[]> {
  const { generated_images } = await owner.get(`${PATH}?limit=100`);
  const ids = (generated_images as { id: string; status: string }[])
    .filter(({ status }) => status === "queued")
    .map(({ id }) => id);
  for (const id of ids) await owner.call("DELETE", `${PATH}/${id}`);
  return ids;
}

describe.each(DEPLOYMENTS)("submissions at once on $name", ({ start }) => {
  let deployment: Deployment;
  let server: TestServer;

  beforeAll(async () => {
    deployment = await start({ ...LIMITS, MAX_QUEUED_PER_ADDRESS: "4" });
    server = deployment.server;
  });
  afterAll(() => deployment.close());

  test("every acknowledged picture is there once, with a job and a place of its own, and no other", async () => {
    const owners = await times(3, () => server.owner());
    const told = await times(18, (index) => post(owners[index % 3] as OwnerClient));
    expect(told.map(({ status }) => status)).toEqual(Array(18).fill(201));
    expect(told.map(({ position }) => position).sort((a = 0, b = 0) => a - b)).toEqual(
      Array.from({ length: 18 }, (_, index) => index),
    );
    const worker = new ScriptedWorker(server);
    const drawn: string[] = [];
    for (let claim = await worker.claim(); claim !== undefined; claim = await worker.claim()) {
      drawn.push(claim.jobId);
      await worker.finish(claim, await smallPng());
    }
    expect([...drawn].sort()).toEqual(told.map(({ id }) => id).sort());
  });

  test("R18: of posts at once exactly as many are taken as may wait, for an owner, an address and in all", async () => {
    const one = await server.owner();
    const own = await times(15, () => post(one));
    expect(own.filter(({ status }) => status === 201)).toHaveLength(6);
    expect(own.filter(({ code }) => code === "queue_full")).toHaveLength(9);
    expect(await clear(one)).toHaveLength(6);

    const owners = await times(5, () => server.owner());
    const near = await times(10, (index) =>
      post(owners[index % 5] as OwnerClient, {}, { "x-forwarded-for": "203.0.113.7" }),
    );
    expect(near.filter(({ status }) => status === 201)).toHaveLength(4);
    const far = await times(25, (index) => post(owners[index % 5] as OwnerClient));
    expect(far.filter(({ status }) => status === 201)).toHaveLength(16);
    expect((await Promise.all(owners.map(clear))).flat()).toHaveLength(20);
  });

  test("R01: keys count inside one batch too; a refused post leaves its key free", async () => {
    const owner = await server.owner();
    const key = { "idempotency-key": "one" };
    const same = await times(12, (index) => post(owner, index < 9 ? {} : { prompt: "a cat" }, key));
    const ids = new Set(same.flatMap(({ id }) => id ?? []));
    expect(ids.size).toBe(1);
    const mismatched = same.filter(({ code }) => code === "idempotency_mismatch").length;
    expect([3, 9]).toContain(mismatched);
    await times(5, () => post(owner));
    const refused = await times(2, () => post(owner, {}, { "idempotency-key": "two" }));
    expect(refused.map(({ code }) => code)).toEqual(["queue_full", "queue_full"]);
    await clear(owner);
    expect((await post(owner, { prompt: "another" }, { "idempotency-key": "two" })).status).toBe(201);
    await clear(owner);
  });

  test("one that the database refuses fails alone", async () => {
    const { id: ownerId } = (await server.services.connection.sql`select id from owners limit 1`)[0] as {
      id: string;
    };
    const answers = await Promise.allSettled(
      ["a hat", "no text of a database: \u0000", "a cat"].map((prompt) =>
        server.services.submissions.submit({
          ownerId,
          address: "127.0.0.1",
          request: requestSchema.parse({
            prompt,
            negative_prompt: "",
            prompt_syntax: "plain",
            model: "tiny-sd",
            num_steps: 1,
            guidance_scale: 1,
            scheduler: "euler",
            sigmas: "default",
            seed: 1,
            width: 64,
            height: 64,
          }),
          cacheKey: undefined,
          modelDigest: "",
          fromCache: false,
          idempotency: { key: randomUUID(), bodyHash: "" },
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });
});

describe("two API servers on one database", () => {
  let database: TestDatabase;
  let servers: TestServer[];

  beforeAll(async () => {
    database = await startPostgres();
    servers = await times(2, () =>
      TestServer.start(database, { ...LIMITS, MAX_QUEUED: "100", MAX_QUEUED_PER_ADDRESS: "4" }),
    );
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.close()));
    await database.close();
  });

  test("an owner's and an address's limit and a key hold across both", async () => {
    const [here, there] = servers as [TestServer, TestServer];
    const { token } = await here.owner();
    const both = [new OwnerClient(here.url, token), new OwnerClient(there.url, token)];
    const keyed = await times(20, (index) =>
      post(both[index % 2] as OwnerClient, {}, { "idempotency-key": "one for both" }),
    );
    expect(new Set(keyed.map(({ id }) => id)).size).toBe(1);
    const own = await times(20, (index) => post(both[index % 2] as OwnerClient));
    expect(own.filter(({ status }) => status === 201)).toHaveLength(5);

    const owners = await times(6, () => here.owner());
    const near = await times(24, (index) => {
      const { token: of } = owners[index % 6] as OwnerClient;
      const { url } = servers[index % 2] as TestServer;
      return post(new OwnerClient(url, of), {}, { "x-forwarded-for": "203.0.113.8" });
    });
    expect(near.filter(({ status }) => status === 201)).toHaveLength(4);
    expect(near.filter(({ code }) => code === "queue_full")).toHaveLength(20);
  });
});
