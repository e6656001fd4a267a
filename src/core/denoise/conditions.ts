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
  /** Absent where it takes no part: no guidance is asked for, and the prompts' weights add up to 1. */
  readonly negative: Condition | undefined;
}

/**
 * A pass's conditions: prompts may change on the way. All of them are of the same shapes. Steps are those of the pass
 * alone: a second one, or one that begins in the middle of a schedule, begins with the prompt's first words.
 */
export interface Conditions {
  /**
   * @param step counts from 0, below the number of steps that the conditions were made for; steps with the same
   *   conditions are answered with the same object
   */
  at(step: number): StepConditions;
}
