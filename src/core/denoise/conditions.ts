import type { FloatTensor } from "../tensor/tensor.ts";

/**
 * What the denoiser is fed beside the sample and the timestep, by the graph's input name, each with a batch of one:
 * `encoder_hidden_states` [1, S, D], and what else its family has (`text_embeds`, `time_ids`, ...).
 */
export type Condition = Readonly<Record<string, FloatTensor>>;

/** What one step is guided by. */
export interface StepConditions {
  /** One, or several whose pulls are added (`AND`). */
  readonly prompts: readonly { readonly condition: Condition; readonly weight: number }[];
  /** Absent where no guidance is asked for. */
  readonly negative: Condition | undefined;
}

/** A picture's conditions: prompts may change on the way. All of a picture's conditions are of the same shapes. */
export interface Conditions {
  /** @param step counts from 0; steps with the same conditions are answered with the same object. */
  at(step: number): StepConditions;
}
