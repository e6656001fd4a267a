import { Agent, request, type IncomingMessage } from "node:http";
import { pass, until } from "../../server/tests/until.ts";
import type { EaselStack } from "./easel-stack.ts";
import { SUBMISSION, SUBMISSIONS } from "./stack.ts";

const PICTURES = 20;
/** Time for what was allocated on the way to be collected. */
const SETTLE_MILLISECONDS = 5000;

/** Opens event streams of waiting pictures; answers by how many bytes the API's memory grows while they are open. */
export async function memoryOfStreams(stack: EaselStack, streams: number): Promise<number> {
  const headers = await stack.headers();
  const ids = await Promise.all(
    Array.from({ length: PICTURES }, async () => {
      const reply = await fetch(`${stack.url}${SUBMISSIONS}`, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify(SUBMISSION),
      });
      return ((await reply.json()) as { id: string }).id;
    }),
  );
  const agent = new Agent({ maxSockets: Infinity });
  let told = 0;
  const open = (id: string) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const asked = request(`${stack.url}${SUBMISSIONS}/${id}/events`, { agent, headers });
      asked.once("error", reject);
      asked.once("response", (reply) => {
        // A hung-up stream ends with an error here: that is how it is closed.
        reply.on("error", () => {});
        reply.once("data", () => told++);
        resolve(reply);
      });
      asked.end();
    });
  const openSome = async (count: number) => {
    const opened: IncomingMessage[] = [];
    const before = told;
    for (let index = 0; index < count; index += PICTURES)
      opened.push(...(await Promise.all(ids.slice(0, count - index).map(open))));
    await until("every stream has told its state", 60_000, () => Promise.resolve(told === before + count));
    return opened;
  };
  // The first streams load and compile what all of them use.
  const first = await openSome(PICTURES);
  await pass(SETTLE_MILLISECONDS);
  const before = stack.memory();
  const more = await openSome(streams - PICTURES);
  await pass(SETTLE_MILLISECONDS);
  const grown = stack.memory() - before;
  for (const stream of [...first, ...more]) stream.destroy();
  return grown;
}
