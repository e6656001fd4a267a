import { connect } from "node:net";
import { EaselServer } from "./easel-server.ts";
import { expect, test } from "./fixtures.ts";

test("npm start on an empty folder serves app and API; Ctrl-C ends it; the next start has everything still", async ({
  playwright,
}) => {
  const own = await EaselServer.startFirst();
  const client = await playwright.request.newContext({ baseURL: own.url });
  try {
    expect((await client.get("/ready")).status()).toBe(200);
    expect(await (await client.get("/")).text()).toContain("<title>Easel");
    const created = await client.post("/api/generated-images", {
      data: { prompt: "a cat", num_steps: 2, seed: 1 },
      headers: { Origin: own.url },
    });
    expect(created.status()).toBe(201);
    const { id } = (await created.json()) as { id: string };
    const status = async () =>
      ((await (await client.get(`/api/generated-images/${id}`)).json()) as { status: string }).status;
    await expect.poll(status, { timeout: 60_000 }).toBe("succeeded");

    // R24's deadline, by the clock of whoever pressed Ctrl-C.
    const ended = await own.halt();
    expect(ended.status).toBe(0);
    expect(ended.milliseconds).toBeLessThan(10_000);
    await expect(reaches(own.url)).resolves.toBe(false);

    await own.run();
    expect(await status()).toBe("succeeded");
  } finally {
    await client.dispose();
    await own.dispose();
  }
});

/** Whether anybody still listens there. */
function reaches(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
