import { EaselError } from "../../contracts/errors.ts";
import type { InferenceSession } from "./inference-runtime.ts";

/** What a family knows of a component's graph before it is loaded. */
export interface GraphShape {
  /** Every input with its sizes, "any" where it may have any; "any" alone where the rank may differ as well. */
  readonly inputs: Readonly<Record<string, readonly (number | "any")[] | "any">>;
  /** Outputs that it can't do without, where exports agree on their names. */
  readonly outputs?: readonly string[];
}

const HINT =
  "The model is of another family than its manifest says, was exported another way, or its parts do not belong together.";

/**
 * Looks whether a loaded graph is what its family expects, before its first run.
 * @param path the graph's file
 * @throws EaselError `model_corrupt`, naming the file, what was expected and what came.
 */
export function requireGraph(path: string, session: InferenceSession, shape: GraphShape): void {
  const expected = Object.keys(shape.inputs);
  const came = session.inputs.map(({ name }) => name);
  if (expected.some((name) => !came.includes(name)) || came.some((name) => !expected.includes(name))) {
    throw new EaselError(
      "model_corrupt",
      `${path} should take the inputs ${expected.join(", ")}, but takes ${came.join(", ")}.`,
      { hint: HINT },
    );
  }
  for (const { name, dims } of session.inputs) {
    const sizes = shape.inputs[name] ?? "any";
    if (sizes === "any" || agree(dims, sizes)) continue;
    throw new EaselError(
      "model_corrupt",
      `${path} should take ${name} as [${sizes.join(", ")}], but takes [${dims.join(", ")}].`,
      { hint: HINT },
    );
  }
  const outputs = session.outputs.map(({ name }) => name);
  const missing = (shape.outputs ?? []).filter((name) => !outputs.includes(name));
  if (missing.length === 0) return;
  throw new EaselError(
    "model_corrupt",
    `${path} should answer with ${missing.join(", ")}, but answers with ${outputs.join(", ")}.`,
    { hint: HINT },
  );
}

/** Whether two shapes are of one rank and do not contradict each other in a size that both fix. */
export function agree(dims: readonly (number | string)[], sizes: readonly (number | string)[]): boolean {
  return (
    dims.length === sizes.length &&
    dims.every((size, i) => typeof size !== "number" || typeof sizes[i] !== "number" || size === sizes[i])
  );
}
