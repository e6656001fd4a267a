import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openModel } from "../../../src/core/families/open-model.ts";
import { completeRequest } from "../../../src/core/request/complete-request.ts";
import { ModelSessions } from "../../../src/core/runtime/model-sessions.ts";
import { openDiskModel } from "./disk-models.ts";
import { createNodeRuntime } from "./node-runtime.ts";

/** Text encoder states of prompts with syntax, by torch (models/lab, `python -m lab.vectors --only prompt`). */
interface Case {
  prompt: string;
  negative_prompt: string;
  num_steps: number;
  guidance_scale: number;
  model?: string;
  steps: { prompts: [number, number][]; negative: number | null }[];
  /** [number of the text, chunk, row, values]. */
  rows?: [number, number, number, number[]][];
}
const { cases } = JSON.parse(readFileSync("models/lab/vectors/prompt.json", "utf8")) as { cases: Case[] };
const CHUNK_LENGTH = 77;

test.each(["tiny/sd", "easel-mini"])(
  "%s: embeddings after emphasis are those of the reference",
  async (folder) => {
    const model = await openDiskModel(`models/${folder}`);
    const family = await openModel(model);
    const sessions = new ModelSessions(createNodeRuntime("cpu"));
    const chosen = cases.filter((vector) => vector.model === folder && vector.prompt.trim() !== "");
    expect(chosen.length).toBeGreaterThan(1);
    for (const vector of chosen) {
      const input = {
        prompt: vector.prompt,
        negativePrompt: vector.negative_prompt,
        numSteps: vector.num_steps,
        guidanceScale: vector.guidance_scale,
      };
      const conditions = await family.encode(
        (name) => sessions.load(model, name, () => undefined),
        completeRequest(input, model.manifest, () => 0),
        vector.guidance_scale > 1,
      );
      // Each text's states, from whichever step says it.
      const states = new Map<number, { dims: readonly number[]; data: Float32Array }>();
      for (const [index, { prompts, negative }] of vector.steps.entries()) {
        const step = conditions.at(index);
        for (const [place, [text]] of prompts.entries()) {
          states.set(text, step.prompts[place]!.condition["encoder_hidden_states"]!);
        }
        if (negative !== null) states.set(negative, step.negative!["encoder_hidden_states"]!);
      }
      for (const [text, chunk, row, expected] of vector.rows!) {
        const { dims, data } = states.get(text)!;
        const width = dims[2]!;
        const start = (chunk * CHUNK_LENGTH + row) * width;
        const difference = Math.max(...expected.map((value, i) => Math.abs(value - data[start + i]!)));
        const largest = Math.max(...expected.map(Math.abs));
        const where = `${vector.prompt}: text ${text}, chunk ${chunk}, row ${row}`;
        expect(difference, where).toBeLessThanOrEqual(1e-5 * largest);
      }
    }
    await sessions.release();
  },
);
