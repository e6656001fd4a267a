import { EaselError } from "../../../src/contracts/errors.ts";
import type { Manifest } from "../../../src/contracts/model.ts";
import type { GenerationResult, Progress } from "../../../src/contracts/progress.ts";
import type { GenerationRequest } from "../../../src/contracts/request.ts";
import { ChildCalls } from "../child-calls.ts";
import { startChild } from "../child-program.ts";
import type { ChildSettings, FromChild, InputFiles, ToChild } from "./messages.ts";
import { PreviewEncoder } from "./preview-encoder.ts";

export interface InferenceOptions extends ChildSettings {
  /** The child's program; by default the one beside this file, in the sources or in the bundle. */
  program?: string;
  /** A cancelled picture's child that has not stopped by then is killed. */
  cancelMilliseconds?: number;
  /** A child that has said nothing of its picture for so long is stuck, and is killed. */
  stuckMilliseconds?: number;
}

export interface DrawnPicture {
  /** PNG with the request inside (AUTOMATIC1111's `parameters`). */
  png: Uint8Array;
  width: number;
  height: number;
  result: GenerationResult;
}

/** Starts the process that draws. It is started anew whenever it was killed or has crashed. */
export function startInference(options: InferenceOptions): InferenceChild {
  return new InferenceChild(options);
}

export class InferenceChild {
  readonly #options: InferenceOptions;
  readonly #child: ChildCalls<ToChild, FromChild>;
  #drawing = false;

  constructor(options: InferenceOptions) {
    this.#options = options;
    const { modelsDirs, provider, warmMegabytes, program } = options;
    const settings: ChildSettings = { modelsDirs, provider, warmMegabytes };
    this.#child = new ChildCalls("The drawing process", () => startChild("inference", settings, program));
  }

  /** The child's process id, while it runs. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The models that lie in the folders now. */
  models(): Promise<Manifest[]> {
    return new Promise((resolve, reject) => {
      const call = this.#child.begin({
        onLost: reject,
        onMessage: (message) => {
          if (message.type === "progress") return;
          this.#child.end(call);
          if (message.type === "models") resolve(message.manifests);
          else reject(unexpected(message));
        },
      });
      this.#child.send({ type: "models", call });
    });
  }

  /**
   * Draws one picture.
   * @throws EaselError as `generate` does; `interrupted` within five seconds after `signal` has aborted; `worker_lost`
   *   where the child died, `timed_out` where it was stuck: the next call has a new one; `conflict` while another
   *   picture is drawn.
   */
  async draw(
    request: GenerationRequest,
    onProgress: (event: Progress<string>) => void,
    signal: AbortSignal,
    inputs: InputFiles = {},
  ): Promise<DrawnPicture> {
    if (signal.aborted) throw cancelled();
    if (this.#drawing) throw new EaselError("conflict", "The child is drawing another picture already.");
    this.#drawing = true;
    const previews = new PreviewEncoder();
    // Encoding a preview takes a moment: whatever follows waits for it, so that events keep their order.
    let told = Promise.resolve();
    const tell = (event: Parameters<PreviewEncoder["encode"]>[0]): void => {
      told = told.then(async () => {
        const encoded = await previews.encode(event);
        if (!signal.aborted) onProgress(encoded);
      });
    };
    try {
      const drawn = await this.#draw(request, inputs, tell, signal);
      await told;
      return drawn;
    } finally {
      this.#drawing = false;
    }
  }

  /** Ends the child; a picture under way rejects with `worker_lost`. */
  async close(): Promise<void> {
    await this.#child.close();
  }

  #draw(
    request: GenerationRequest,
    inputs: InputFiles,
    tell: (event: Parameters<PreviewEncoder["encode"]>[0]) => void,
    signal: AbortSignal,
  ): Promise<DrawnPicture> {
    const { cancelMilliseconds = 4_000, stuckMilliseconds = 180_000 } = this.#options;
    let watchdog: NodeJS.Timeout | undefined;
    let cancelTimer: NodeJS.Timeout | undefined;
    let onAbort: () => void = () => undefined;

    const drawing = new Promise<DrawnPicture>((resolve, reject) => {
      const call = this.#child.begin({
        onLost: reject,
        onMessage: (message) => {
          feed();
          if (message.type === "progress") {
            tell(message.event);
            return;
          }
          this.#child.end(call);
          if (message.type === "drawn") {
            const { png, result } = message;
            resolve({ png, width: result.width, height: result.height, result });
          } else {
            reject(unexpected(message));
          }
        },
      });
      const feed = (): void => {
        clearTimeout(watchdog);
        watchdog = setTimeout(() => void this.#child.kill(stuck(stuckMilliseconds)), stuckMilliseconds);
      };
      onAbort = () => {
        this.#child.send({ type: "cancel", call });
        cancelTimer = setTimeout(() => void this.#child.kill(cancelled()), cancelMilliseconds);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      feed();
      this.#child.send({ type: "draw", call, request, inputs });
    });
    return drawing.finally(() => {
      clearTimeout(watchdog);
      clearTimeout(cancelTimer);
      signal.removeEventListener("abort", onAbort);
    });
  }
}

function unexpected(message: FromChild): EaselError {
  if (message.type === "failed") return EaselError.fromFailure(message.failure);
  return new EaselError("internal", `The drawing process gave an answer of another kind: ${message.type}.`);
}

function cancelled(): EaselError {
  return new EaselError("interrupted", "The picture was cancelled.");
}

function stuck(milliseconds: number): EaselError {
  return new EaselError(
    "timed_out",
    `The drawing process was silent for ${milliseconds / 1000} s and was ended.`,
    {
      hint: "Fewer steps or a smaller model may be quicker.",
    },
  );
}
