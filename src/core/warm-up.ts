import { throwIfInterrupted } from "./abort.ts";
import { openModel } from "./families/open-model.ts";
import type { ModelFiles } from "./model-files.ts";
import type { ModelSessions } from "./runtime/model-sessions.ts";

/**
 * Loads what every picture of a model needs, before one is asked for.
 * @throws EaselError as `generate` does while it loads; `interrupted` between two components.
 */
export async function warmUp(signal: AbortSignal, model: ModelFiles, sessions: ModelSessions): Promise<void> {
  const family = await openModel(model);
  for (const name of family.components) {
    throwIfInterrupted(signal);
    await sessions.load(model, name, () => undefined);
  }
}
