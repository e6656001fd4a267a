import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { DATABASES } from "../../tests/deployments.ts";
import type { TestDatabase } from "../../tests/embedded-database.ts";
import { TestServer } from "../../tests/test-server.ts";

describe.each(DATABASES)("rate limits on $name", ({ start }) => {
  let database: TestDatabase;
  let server: TestServer | undefined;

  beforeAll(async () => void (database = await start()));
  afterEach(() => server?.close());
  afterAll(() => database.close());

  async function begin(settings: Record<string, string>): Promise<TestServer> {
    server = await TestServer.start(database, settings);
    return server;
  }

  const ask = (at: TestServer, headers: Record<string, string> = {}) =>
    fetch(`${at.url}/api/models`, { headers });

  test("R17: an owner's request N+1 is 429 with Retry-After, after a restart too, and only that owner's", async () => {
    const settings = { RATE_PER_OWNER: "3" };
    const first = await begin(settings);
    const owner = await first.owner();
    const statuses: number[] = [];
    for (let index = 0; index < 4; index++)
      statuses.push((await owner.call("GET", "/api/generated-images")).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    await first.close();

    const second = await begin(settings);
    const refused = await fetch(`${second.url}/api/generated-images`, {
      headers: { authorization: `Bearer ${owner.token}` },
    });
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({
      error: { code: "rate_limited", message: expect.stringContaining("3 requests a minute") as string },
    });
    // One request's share of the minute at most, and not nothing.
    const retryAfter = Number(refused.headers.get("retry-after"));
    expect(retryAfter).toBeGreaterThanOrEqual(1);
    expect(retryAfter).toBeLessThanOrEqual(20);
    const other = await second.owner();
    expect((await other.call("GET", "/api/generated-images")).status).toBe(200);
  });

  test("R17: 20 requests at once take no more than is there", async () => {
    const at = await begin({ RATE_PER_OWNER: "7" });
    const owner = await at.owner();
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => owner.call("GET", "/api/generated-images")),
    );
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(7);
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(13);
  });

  test("R17: an address's limit holds for all its owners, and a forged X-Forwarded-For changes nothing", async () => {
    const at = await begin({ RATE_PER_ADDRESS: "3", TRUSTED_PROXIES: "1" });
    const from = (forwarded: string) => ask(at, { "x-forwarded-for": forwarded });
    const statuses: number[] = [];
    // What the proxy appended stands last; a client can only write what stands before it.
    for (let index = 0; index < 4; index++)
      statuses.push((await from(`10.9.8.${index}, 203.0.113.7`)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect((await from("203.0.113.8")).status).toBe(200);
    const made = await fetch(`${at.url}/api/owners`, {
      method: "POST",
      headers: { "x-forwarded-for": "203.0.113.7" },
    });
    expect(made.status).toBe(429);
  });

  test("R17: without a proxy the header is not looked at", async () => {
    const at = await begin({ RATE_PER_ADDRESS: "2" });
    const statuses: number[] = [];
    for (let index = 0; index < 3; index++)
      statuses.push((await ask(at, { "x-forwarded-for": `203.0.113.${index}` })).status);
    expect(statuses).toEqual([200, 200, 429]);
  });
});
