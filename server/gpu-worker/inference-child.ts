import type { Manifest } from "../../src/contracts/model.ts";
import type { GenerationResult, Progress } from "../../src/contracts/progress.ts";
import type { GenerationRequest } from "../../src/contracts/request.ts";
import type { InputFiles } from "./inference/messages.ts";

/** What the claiming process needs of the process that draws. */
export interface Inference {
  models(): Promise<Manifest[]>;
  /** Rejects when `signal` aborts, within 5 s: a stuck child is killed. */
  draw(
    request: GenerationRequest,
    onProgress: (event: Progress<string>) => void,
    signal: AbortSignal,
    inputs: InputFiles,
  ): Promise<{ png: Uint8Array; width: number; height: number; result: GenerationResult }>;
}
