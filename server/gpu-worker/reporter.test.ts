import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { expect, test } from "vitest";
import { until } from "../tests/until.ts";
import { Reporter } from "./reporter.ts";
import { WorkerApi } from "./worker-api.ts";

test("a quick model's previews get through: the next step, sent in place of theirs, carries them", async () => {
  const told: { event: { step?: number; preview?: string } | null }[] = [];
  const expires = new Date(Date.now() + 60_000).toISOString();
  const server = createServer((request, reply) => {
    void json(request).then((body) => {
      told.push(body as (typeof told)[number]);
      reply.setHeader("content-type", "application/json");
      reply.end(JSON.stringify({ cancelled: false, expires_at: expires }));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const api = new WorkerApi(`http://127.0.0.1:${port}`, "a-token");
  const reporter = new Reporter(api, { leaseId: randomUUID() }, () => {});
  const step = (number: number, preview?: string) =>
    reporter.report({
      type: "step",
      step: number,
      steps: 9,
      etaSeconds: null,
      ...(preview === undefined ? {} : { preview }),
    });
  step(1);
  await until("the first step is told", 5000, () => Promise.resolve(told.length === 1));
  // All of these come before the next call is due.
  step(2, "data:image/webp;base64,AAAA");
  step(3);
  step(4);
  await until("the next one is told", 5000, () => Promise.resolve(told.length === 2));
  expect(told.map(({ event }) => event)).toMatchObject([
    { step: 1 },
    { step: 4, preview: "data:image/webp;base64,AAAA" },
  ]);
  expect(told[0]?.event).not.toHaveProperty("preview");
  await reporter.close();
  server.close();
  server.closeAllConnections();
});
