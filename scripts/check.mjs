/** `npm run check`: format, lint (with the import boundaries) and types; the quick half of `npm test`. */
import { projectRoot, run } from "./run.mjs";

const QUICK = ["messages", "format", "lint", "types-core", "types-worker", "types-server", "types-app"];
process.exit(await run("node", [`${projectRoot}scripts/test.mjs`, ...QUICK]));
