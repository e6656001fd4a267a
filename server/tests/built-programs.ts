import type { TestProject } from "vitest/node";
import { buildWhatIsStale } from "../../scripts/build.mjs";
import { packageRoot } from "../package-root.ts";
import type { Program } from "../supervisor/program.ts";

/**
 * A hundred times the budget of Node 20 before a WebAssembly function is optimised: else an embedded database spends more
 * than a second of a processor on it for a file of tests (ADR 0137). Those that a supervisor starts have none.
 */
const OPTIMISE_LATER = "--wasm-tiering-budget=180000000";

/** What node is given to run a program of the server as `npm start` does: bundled, with no compiler beside it. */
export const builtProgram = (program: Program | "supervisor/main" | "cli"): string[] => [
  ...(program === "db/embedded-main" ? [OPTIMISE_LATER] : []),
  packageRoot("dist/server", `${program}.js`),
];

/** Vitest's global setup: the server's programs are built before the first test starts one, and before each rerun. */
export default async function setup(project: TestProject): Promise<void> {
  const build = () => buildWhatIsStale(undefined, ["server"]);
  await build();
  project.onTestsRerun(build);
}
