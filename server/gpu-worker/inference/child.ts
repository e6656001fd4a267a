/**
 * The process that draws: it runs the core on onnxruntime-node, whose run blocks the thread, and so it is one that
 * can be killed. It is told what to do over IPC by client.ts and ends when that channel closes.
 */
import { asFailure } from "../../../src/contracts/errors.ts";
import type { Progress } from "../../../src/contracts/progress.ts";
import type { RgbaImage } from "../../../src/core/tensor/image.ts";
import { InferenceHost } from "./inference-host.ts";
import type { ChildSettings, FromChild, ToChild } from "./messages.ts";

const host = new InferenceHost(JSON.parse(process.argv[2] ?? "") as ChildSettings);
const running = new Map<number, AbortController>();

const tell = (message: FromChild): void => {
  // A parent that was killed hears nothing more; the channel's end is about to end this process too.
  process.send?.(message, undefined, {}, () => undefined);
};

async function answer(message: Exclude<ToChild, { type: "cancel" }>): Promise<void> {
  const { call } = message;
  const abort = new AbortController();
  running.set(call, abort);
  try {
    if (message.type === "models") {
      tell({ type: "models", call, manifests: await host.models() });
    } else {
      const onProgress = (event: Progress<RgbaImage>): void => tell({ type: "progress", call, event });
      const { request, inputs } = message;
      const drawn = await host.draw(abort.signal, request, onProgress, { previews: true, inputs });
      tell({ type: "drawn", call, ...drawn });
    }
  } catch (thrown) {
    tell({ type: "failed", call, failure: asFailure(thrown) });
  } finally {
    running.delete(call);
  }
}

process.on("message", (message: ToChild) => {
  if (message.type === "cancel") running.get(message.call)?.abort();
  else void answer(message);
});
process.once("disconnect", () => process.exit(0));
// Ctrl-C reaches the whole process group; the claiming process decides when this one ends.
process.on("SIGINT", () => undefined);
