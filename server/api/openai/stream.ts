import type { SSEStreamingApi } from "hono/streaming";
import { asFailure } from "../../../src/contracts/errors.ts";
import type { ProgressWire } from "../../../src/contracts/progress.ts";
import type { Services } from "../../jobs/services.ts";
import { cancelBatch, type Batch } from "../compat/draw-batch.ts";
import { convertPicture, pictureBytes } from "../compat/picture-bytes.ts";
import { drawnPicture, sayings } from "./answer.ts";
import { openAiError } from "./errors.ts";
import type { Plan } from "./plan.ts";

const KEEP_ALIVE_MILLISECONDS = 15_000;

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

/**
 * Tells a batch in OpenAI's stream events: up to `partials` previews of each picture while it is drawn, then the
 * picture. A failure is the stream's last event.
 */
export async function streamBatch(
  services: Services,
  batch: Batch,
  plan: Plan,
  terms: { kind: "image_generation" | "image_edit"; partials: number; signal: AbortSignal },
  stream: SSEStreamingApi,
): Promise<void> {
  const { size, output_format: outputFormat, easel } = sayings(batch, plan);
  const tell = (type: string, more: object) => {
    const created = Math.floor(Date.now() / 1000);
    const data = {
      type,
      created_at: created,
      size,
      output_format: outputFormat,
      background: "opaque",
      ...more,
    };
    return stream.writeSSE({ event: type, data: JSON.stringify(data) });
  };
  const keepAlive = setInterval(() => void stream.write(": still here\n\n"), KEEP_ALIVE_MILLISECONDS);
  const one = async (id: string) => {
    const previews = new Previews(plan, terms.partials, (b64, index) =>
      tell(`${terms.kind}.partial_image`, { b64_json: b64, partial_image_index: index }),
    );
    const row = await drawnPicture(services, id, terms.signal, (event) => previews.see(event));
    await previews.end();
    const { bytes } = await pictureBytes(services, row, plan.output);
    await tell(`${terms.kind}.completed`, { b64_json: base64(bytes), easel });
  };
  try {
    await Promise.all(batch.ids.map(one));
  } catch (error) {
    const failure = asFailure(error);
    if (failure.code === "internal") services.log.error({ err: error }, "A stream failed.");
    await stream.writeSSE({
      event: "error",
      data: JSON.stringify({ type: "error", ...openAiError(failure).body }),
    });
    await cancelBatch(services, batch.ids);
  } finally {
    clearInterval(keepAlive);
  }
}

/** Chooses `most` previews, evenly over the steps, and tells them one after another. */
class Previews {
  readonly #plan: Plan;
  readonly #most: number;
  readonly #tell: (b64: string, index: number) => Promise<void>;
  #told = 0;
  #telling: Promise<void> = Promise.resolve();
  #over = false;

  constructor(plan: Plan, most: number, tell: (b64: string, index: number) => Promise<void>) {
    this.#plan = plan;
    this.#most = most;
    this.#tell = tell;
  }

  see(event: ProgressWire): void {
    if (event.type !== "step" || event.preview === undefined || this.#told >= this.#most) return;
    if (event.step * (this.#most + 1) < event.steps * (this.#told + 1)) return;
    const index = this.#told++;
    const bytes = Buffer.from(event.preview.slice(event.preview.indexOf(",") + 1), "base64");
    this.#telling = this.#telling.then(async () => {
      // A preview that can't be decoded is left out: the picture itself is what counts.
      const picture = await convertPicture(bytes, this.#plan.output).catch(() => undefined);
      if (picture !== undefined && !this.#over) await this.#tell(base64(picture), index);
    });
  }

  /** What is not told by now is late: the picture is there. */
  async end(): Promise<void> {
    this.#over = true;
    await this.#telling;
  }
}
