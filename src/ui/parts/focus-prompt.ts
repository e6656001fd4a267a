import { tick } from "svelte";

/** The focus goes where the next picture is asked for; what lay over the page is gone by then. */
export async function focusPrompt(): Promise<void> {
  await tick();
  document.getElementById("field-prompt")?.focus();
}
