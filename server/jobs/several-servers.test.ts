import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestDatabase } from "../tests/embedded-database.ts";
import { readEvents } from "../tests/event-reader.ts";
import { s3Environment, startS3 } from "../tests/s3.ts";
import { ScriptedSeer } from "../tests/scripted-seer.ts";
import { ScriptedWorker } from "../tests/scripted-worker.ts";
import { OwnerClient, TestServer } from "../tests/test-server.ts";
import { startPostgres } from "../tests/true-postgres.ts";

let database: TestDatabase;
let s3: Awaited<ReturnType<typeof startS3>>;
let servers: TestServer[];

beforeAll(async () => {
  [database, s3] = await Promise.all([startPostgres(), startS3()]);
  // Both at once, as a deployment starts them: they migrate the same empty database.
  servers = await Promise.all([1, 2].map(() => TestServer.start(database, s3Environment(s3))));
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await Promise.all([database.close(), s3.close()]);
});

test("two API servers on one database are one: asked here, drawn there, followed here", async () => {
  const [here, there] = servers;
  if (here === undefined || there === undefined) throw new Error("Two servers were started.");
  const owner = await here.owner();
  const waiting = new ScriptedWorker(there).claim(20);
  const id = await owner.ask("on both");
  const following = readEvents(owner, id);
  const claim = await waiting;
  if (claim === undefined) throw new Error("The other server gave no job.");
  const worker = new ScriptedWorker(there);
  await worker.api.progress(claim.leaseId, { type: "decoding" });
  await worker.finish(claim);
  expect((await following).at(-1)?.event.type).toBe("succeeded");
  const sameOwner = new OwnerClient(there.url, owner.token);
  const { url } = await sameOwner.get(`/api/generated-images/${id}/url`);
  expect((await fetch(String(url))).status).toBe(200);
});

test("a text that is asked of one server is seen by a worker of the other, and answered by the one", async () => {
  const [here, there] = servers as [TestServer, TestServer];
  const seer = new ScriptedSeer(there);
  const owner = await here.owner();
  // The worker was at the one a moment ago, where it is expected back for a while.
  await new ScriptedSeer(here).claim();
  const waiting = seer.claim({ waitSeconds: 20 });
  const asked = owner.call("POST", "/api/predictions/text", { text: "on both" });
  const claim = await waiting;
  if (claim === undefined) throw new Error("The other server gave nothing to see.");
  await seer.finish(claim, "travel");
  expect(await (await asked).json()).toMatchObject({ category: "travel" });
  // What the one has seen, the other knows.
  const again = await new OwnerClient(there.url, owner.token).call("POST", "/api/predictions/text", {
    text: "on both",
  });
  expect(await again.json()).toMatchObject({ category: "travel" });
});
