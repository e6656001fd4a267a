import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEPLOYMENTS, type Deployment } from "../../tests/deployments.ts";
import { ScriptedWorker } from "../../tests/scripted-worker.ts";
import type { TestServer } from "../../tests/test-server.ts";

describe.each(DEPLOYMENTS)("/metrics on $name", ({ start }) => {
  let deployment: Deployment;
  let server: TestServer;

  beforeAll(async () => {
    deployment = await start({ EASEL_METRICS_TOKEN: "for-the-prometheus" });
    server = deployment.server;
  });
  afterAll(() => deployment.close());

  const scrape = (token: string) =>
    fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });

  /** The value of a line such as `name{label="x"}`. */
  async function value(line: string): Promise<number> {
    const text = await (await scrape("for-the-prometheus")).text();
    const found = text.split("\n").find((candidate) => candidate.startsWith(`${line} `));
    return Number(found?.slice(line.length + 1));
  }

  test("it needs its token", async () => {
    expect((await fetch(`${server.url}/metrics`)).status).toBe(401);
    expect((await scrape((await server.owner()).token)).status).toBe(401);
    const reply = await scrape("for-the-prometheus");
    expect(reply.status).toBe(200);
    expect(reply.headers.get("content-type")).toContain("text/plain; version=0.0.4");
  });

  test("queue, stages, ends, storage and routes are counted as they happen", async () => {
    const owner = await server.owner();
    const ids = [await owner.ask("one"), await owner.ask("two"), await owner.ask("three")];
    expect(await value('easel_queue_waiting{model="tiny-sd"}')).toBe(3);
    expect(await value('easel_queue_oldest_seconds{model="tiny-sd"}')).toBeGreaterThan(0);
    const worker = new ScriptedWorker(server);
    const claim = await worker.mustClaim();
    expect(await value('easel_jobs_running{model="tiny-sd"}')).toBe(1);
    expect(await value("easel_workers_live")).toBe(1);
    await worker.finish(claim);
    expect(await value('easel_job_seconds_sum{model="tiny-sd",stage="denoise"}')).toBe(0.5);
    expect(await value('easel_job_seconds_count{model="tiny-sd",stage="wait"}')).toBe(1);
    const failing = await worker.mustClaim();
    await worker.api.fail(failing.leaseId, { code: "invalid_request", message: "It can't be drawn." }, false);
    const last = ids.find((id) => id !== claim.jobId && id !== failing.jobId) ?? "";
    await owner.call("DELETE", `/api/generated-images/${last}`);
    for (const status of ["succeeded", "failed", "cancelled"])
      expect(await value(`easel_jobs_ended_total{model="tiny-sd",status="${status}"}`)).toBe(1);

    // A route is its pattern: ids and invented paths make no names of their own.
    const route = 'route="/api/generated-images/:id"';
    expect(await value(`easel_http_requests_total{method="DELETE",${route},status="204"}`)).toBe(1);
    await owner.call("GET", `/api/generated-images/${crypto.randomUUID()}`);
    expect(await value(`easel_http_requests_total{method="GET",${route},status="404"}`)).toBe(1);
    const none = await fetch(`${server.url}/api/invented-${crypto.randomUUID()}`);
    expect(none.headers.get("x-request-id")).toMatch(/^[\da-f-]{36}$/);
    expect(await (await scrape("for-the-prometheus")).text()).not.toContain("invented");

    await expect(server.services.store.head("no such key")).rejects.toThrow();
    expect(await value('easel_storage_errors_total{operation="head"}')).toBe(1);
  });
});
