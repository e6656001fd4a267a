import { EaselError } from "../../contracts/errors.ts";

const OUT_OF_MEMORY =
  /out of memory|bad_alloc|failed to allocate|allocation failed|cannot enlarge memory|OOM\b/i;

/** The last two are Dawn's, of a browser whose GPU process has ended. */
const DEVICE_LOST =
  /device (?:is |was |has been )?(?:lost|hung|removed)|lost device|device_lost|CUDA_ERROR|CUDA failure|instance dropped|external Instance reference no longer exists/i;

/** What the runtime's words mean; what says neither memory nor device is `otherwise`, with those words. */
export function runtimeError(
  thrown: unknown,
  otherwise: "internal" | "model_corrupt",
  doing: string,
): EaselError {
  if (thrown instanceof EaselError) return thrown;
  const words = thrown instanceof Error ? thrown.message : String(thrown);
  const said = lastWords(words);
  if (OUT_OF_MEMORY.test(words)) {
    return new EaselError("out_of_memory", `There was not enough memory for ${doing}: ${said}`, {
      hint: "Close other tabs or programs, or draw on another device.",
      cause: thrown,
    });
  }
  if (DEVICE_LOST.test(words)) {
    return new EaselError("device_lost", `The graphics device was lost at ${doing}: ${said}`, {
      hint: "Try again; if it happens again, draw on another device.",
      cause: thrown,
    });
  }
  return new EaselError(otherwise, `The runtime failed at ${doing}: ${said}`, { cause: thrown });
}

/** What went wrong, without the codes and source paths that the runtime sets before it; the cause keeps them. */
function lastWords(words: string): string {
  const after =
    words.split(/(?:ERROR_MESSAGE|Status Message): |\[ONNXRuntimeError\] : \d+ : \w+ : /).at(-1) ?? "";
  return after.replace(/^\S+\.(?:cc|h):\d+ /, "").trim();
}
