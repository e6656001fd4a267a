import { createSHA256, type IHasher } from "hash-wasm";
import type { HashAnswer, HashOrder } from "../../src/contracts/hash-worker.ts";

/** SHA-256 of files on their way, beside the worker that writes them: a processor has more than one core. */
const hashers = new Map<number, IHasher>();
let turn = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<HashOrder>) => {
  // One after another: the first hash of all waits for its code.
  turn = turn.then(() => obey(data)).catch(end);
};

/** Whoever waits hears of a thread's end by `onerror`, which a rejected promise does not reach. */
function end(thrown: unknown): void {
  setTimeout(() => {
    throw thrown;
  });
}

async function obey(order: HashOrder): Promise<void> {
  const { file } = order;
  if (order.do === "begin") {
    const hasher = hashers.get(file) ?? (await createSHA256());
    hashers.set(file, hasher.init());
    const usable = order.state === null || loads(hasher, order.state);
    if (!usable) hasher.init();
    answer({ file, answer: "begun", usable });
    return;
  }
  const hasher = hashers.get(file);
  if (order.do === "update") hasher?.update(order.bytes);
  else if (order.do === "drop") hashers.delete(file);
  else if (hasher === undefined) throw new Error(`File ${file} is not being hashed.`);
  else if (order.do === "save") answer({ file, answer: "state", state: hasher.save() });
  else answer({ file, answer: "digest", sha256: hasher.digest() });
}

/** hash-wasm refuses the state of another version of itself. */
function loads(hasher: IHasher, state: Uint8Array): boolean {
  try {
    hasher.load(state);
    return true;
  } catch {
    return false;
  }
}

function answer(message: HashAnswer): void {
  self.postMessage(message);
}
