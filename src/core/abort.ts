import { EaselError } from "../contracts/errors.ts";

/** @throws EaselError `interrupted` where the caller has asked to stop; asked between two runs of the model. */
export function throwIfInterrupted(signal: AbortSignal): void {
  if (signal.aborted)
    throw new EaselError("interrupted", "The picture was cancelled.", { cause: signal.reason });
}
