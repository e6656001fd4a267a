/**
 * The process that sees: apart from the one that draws, so that neither waits for the other. It is told what to do over
 * IPC by client.ts and ends when that channel closes.
 */
import { asFailure } from "../../../src/contracts/errors.ts";
import type { FromSeer, SeerSettings, ToSeer } from "./messages.ts";
import { Seer } from "./seer.ts";

const seer = new Seer(JSON.parse(process.argv[2] ?? "") as SeerSettings);
// Loaded at the start: the first who asks finds them there.
let loaded = seer.models();
loaded.catch(() => undefined);

const tell = (message: FromSeer): void => {
  // A parent that was killed hears nothing more; the channel's end is about to end this process too.
  process.send?.(message, undefined, {}, () => undefined);
};

async function answer(message: ToSeer): Promise<void> {
  const { call } = message;
  try {
    if (message.type === "models") {
      // One after the other: a model that two calls find new is loaded once.
      loaded = loaded.then(() => seer.models());
      tell({ type: "models", call, models: await loaded });
    } else {
      // One that was started anew is asked before it has loaded anything.
      await loaded.catch(() => undefined);
      tell({ type: "seen", call, outcomes: await seer.see(message.jobs) });
    }
  } catch (thrown) {
    tell({ type: "failed", call, failure: asFailure(thrown) });
  }
}

process.on("message", (message: ToSeer) => void answer(message));
process.once("disconnect", () => process.exit(0));
// Ctrl-C reaches the whole process group; the claiming process decides when this one ends.
process.on("SIGINT", () => undefined);
