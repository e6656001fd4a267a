import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { followEvents } from "./follow-events.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A real server that answers its nth connection with the nth answer, and says what Last-Event-ID each one had. */
async function serve(...answers: Answer[]) {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers["last-event-id"] as string | undefined);
    const answer = answers[asked.length - 1] ?? ((_, last) => last.destroy());
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`, asked };
}

const stream = (response: ServerResponse) => response.writeHead(200, { "Content-Type": "text/event-stream" });
const event = (id: number | null, data: object) =>
  `${id === null ? "" : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
const step = (number: number) => ({ type: "step", step: number, steps: 3, eta_seconds: 0.5 });
const cancelled = { type: "cancelled" };

async function collect(url: string, signal = new AbortController().signal) {
  const events = [];
  for await (const progress of followEvents(url, signal)) events.push(progress);
  return events;
}

describe("following a picture on the server", () => {
  it("takes a broken stream up again after the last event, without a gap (R25)", async () => {
    const { url, asked } = await serve(
      (_, response) => {
        stream(response).write("retry: 5\n\n");
        response.write(event(1, { type: "queued", position: 2, eta_seconds: null }));
        response.write(event(2, step(1)), () => response.destroy());
      },
      (_, response) => stream(response).end(event(3, step(2))),
      (_, response) => stream(response).end(event(4, cancelled)),
    );
    expect(await collect(url)).toEqual([
      { type: "queued", position: 2, etaSeconds: null },
      { type: "step", step: 1, steps: 3, etaSeconds: 0.5 },
      { type: "step", step: 2, steps: 3, etaSeconds: 0.5 },
      { type: "cancelled" },
    ]);
    expect(asked).toEqual([undefined, "2", "3"]);
  });

  it("passes over events that it does not know", async () => {
    const { url } = await serve((_, response) => {
      stream(response).end(event(1, { type: "from_the_future" }) + "data: no json\n\n" + event(2, cancelled));
    });
    expect(await collect(url)).toEqual([{ type: "cancelled" }]);
  });

  it("does not ask again what the server refused", async () => {
    const { url, asked } = await serve((_, response) => {
      response.writeHead(404, { "Content-Type": "application/json" });
      response.end(JSON.stringify({ error: { code: "not_found", message: "There is no such picture." } }));
    });
    await expect(collect(url)).rejects.toMatchObject({
      code: "not_found",
      message: "There is no such picture.",
    });
    expect(asked).toHaveLength(1);
  });

  it("gives up on a server that stays away, with a word that says what to do", async () => {
    const brief: Answer = (_, response) => stream(response).end("retry: 1\n\n");
    const { url, asked } = await serve(...Array.from({ length: 10 }, () => brief));
    await expect(collect(url)).rejects.toMatchObject({
      code: "no_backend",
      hint: expect.stringContaining("This device") as string,
    });
    expect(asked).toHaveLength(6);
  });

  it("ends at once when cancelled, also while the server is silent", async () => {
    const abort = new AbortController();
    const { url } = await serve((_, response) => stream(response).write(event(1, step(1))));
    const events: unknown[] = [];
    const following = (async () => {
      for await (const progress of followEvents(url, abort.signal)) {
        events.push(progress);
        abort.abort();
      }
    })();
    await expect(following).rejects.toMatchObject({ code: "interrupted" });
    expect(events).toHaveLength(1);
  });
});
