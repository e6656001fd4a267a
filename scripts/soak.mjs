/**
 * `npm run soak`: every test of Vitest's with the full counts of our reliability list; they take long.
 * `npm run soak -- server/jobs` runs those of one folder.
 */
import { run } from "./run.mjs";

const HOUR = 3_600_000;
const args = [
  "run",
  ...["--project", "unit", "--project", "server", "--project", "browser"],
  `--testTimeout=${HOUR}`,
  // Full counts fill the machine by themselves.
  "--no-file-parallelism",
  ...process.argv.slice(2),
];
process.exit(await run("vitest", args, { env: { EASEL_SOAK: "1" } }));
