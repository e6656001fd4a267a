import type { GridParameter } from "../../contracts/grid.ts";
import { LIMITS } from "../../contracts/request-limits.ts";
import { schedulersFor } from "../../core/schedulers/kinds.ts";
import { writeWords } from "../../generation/grid/word-list.ts";
import type { FieldValues } from "../fields/field-values.ts";
import type { ModelChoice } from "../studio/catalogue.svelte.ts";
import { isReady } from "../studio/compose.ts";

/** What a parameter begins with in the panel: values around the one in the fields, so that there is something to change. */
export function firstValues(
  parameter: GridParameter,
  fields: FieldValues,
  models: readonly ModelChoice[],
): string {
  const around = (now: number, digits: number, max: number) => {
    const value = Number.isFinite(now) && now > 0 ? now : 1;
    const rounded = [value / 2, value, value * 2].map((one) =>
      Math.min(max, Math.max(digits === 0 ? 1 : 0, Number(one.toFixed(digits)))),
    );
    return [...new Set(rounded)].join(", ");
  };
  const model = models.find(({ id }) => id === fields.model);
  switch (parameter) {
    case "steps":
      return around(Number(fields.steps), 0, LIMITS.maxSteps);
    case "guidance":
      return around(Number(fields.guidance), 1, LIMITS.maxGuidanceScale);
    case "seed":
      return "1-4";
    case "strength":
      return "0.4, 0.6, 0.8";
    case "scheduler":
      return model === undefined ? "" : writeWords(schedulersFor(model.defaults.scheduler).slice(0, 3));
    case "model":
      return writeWords(
        models
          .filter(isReady)
          .map(({ id }) => id)
          .slice(0, 3),
      );
    case "prompt":
      return "";
  }
}
