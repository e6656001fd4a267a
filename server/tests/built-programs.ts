import type { TestProject } from "vitest/node";
import { buildWhatIsStale } from "../../scripts/build.mjs";
import { packageRoot } from "../package-root.ts";
import type { Program } from "../supervisor/program.ts";

/** What node is given to run a program of the server as `npm start` does: bundled, with no compiler beside it. */
export const builtProgram = (program: Program | "supervisor/main" | "cli"): string[] => [
  packageRoot("dist/server", `${program}.js`),
];

/** Vitest's global setup: the server's programs are built before the first test starts one, and before each rerun. */
export default async function setup(project: TestProject): Promise<void> {
  const build = () => buildWhatIsStale(undefined, ["server"]);
  await build();
  project.onTestsRerun(build);
}
