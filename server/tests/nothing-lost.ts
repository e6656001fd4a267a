import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { Acknowledged, AskingClients } from "./asking-clients.ts";
import { readEvents } from "./event-reader.ts";
import type { OwnerClient } from "./test-server.ts";
import { until } from "./until.ts";

const AT_A_TIME = 8;

/** Every picture of an owner, by its list. */
async function listed(owner: OwnerClient): Promise<{ id: string; status: string }[]> {
  const all: { id: string; status: string }[] = [];
  let cursor = "";
  do {
    const page = (await owner.get(`/api/generated-images?limit=100${cursor}`)) as {
      generated_images: { id: string; status: string }[];
      next_cursor: string | null;
    };
    all.push(...page.generated_images);
    cursor = page.next_cursor === null ? "" : `&cursor=${encodeURIComponent(page.next_cursor)}`;
  } while (cursor !== "");
  return all;
}

/** How many of the clients' pictures are drawn. */
export async function drawnOf(clients: AskingClients): Promise<number> {
  const lists = await Promise.all(clients.owners.map(listed));
  return lists.flat().filter(({ status }) => status === "succeeded").length;
}

/** Until nothing of the clients' pictures waits or is being drawn. */
export async function drained(clients: AskingClients, milliseconds: number): Promise<void> {
  await until("every picture is drawn", milliseconds, async () => {
    const lists = await Promise.all(clients.owners.map(listed)).catch(() => undefined);
    return lists?.flat().every(({ status }) => status !== "queued" && status !== "running");
  });
}

/**
 * What must hold after any fault: each acknowledged picture is there, its owner's alone, drawn once, and is the one
 * that was asked for (its bytes name its prompt); nobody has a picture that was not acknowledged.
 *
 * @param completed what workers were told to have completed: each picture once, and the one that is shown
 */
export async function expectNothingLost(
  clients: AskingClients,
  completed: ReadonlyMap<string, readonly string[]> = new Map(),
): Promise<void> {
  for (const owner of clients.owners) {
    const own = clients.acknowledged.filter((picture) => picture.owner === owner);
    const there = await listed(owner);
    expect(there.map(({ id }) => id).sort()).toEqual(own.map(({ id }) => id).sort());
    expect(there.filter(({ status }) => status !== "succeeded")).toEqual([]);
  }
  const waiting = [...clients.acknowledged];
  const check = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
      await expectShownOnce(clients, next, completed.get(next.id) ?? []);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, check));
}

async function expectShownOnce(
  clients: AskingClients,
  { id, owner, prompt }: Acknowledged,
  completed: readonly string[],
): Promise<void> {
  expect(await owner.image(id)).toMatchObject({ id, prompt, status: "succeeded" });
  const events = await readEvents(owner, id, { lastEventId: 0 });
  expect(events.filter(({ event }) => event.type === "succeeded")).toHaveLength(1);
  const { url } = await owner.get(`/api/generated-images/${id}/url`);
  const bytes = Buffer.from(await (await fetch(String(url))).arrayBuffer());
  expect(bytes.includes(prompt)).toBe(true);
  // A worker may never have heard that its picture was taken, but none is told so of another than is shown.
  if (completed.length > 0) expect(completed).toEqual([createHash("sha256").update(bytes).digest("hex")]);
  const stranger = clients.owners.find((other) => other !== owner);
  if (stranger === undefined)
    throw new Error("It takes two owners to see that one does not see the other's.");
  for (const path of ["", "/url", "/events"])
    expect((await stranger.call("GET", `/api/generated-images/${id}${path}`)).status).toBe(404);
}
