/** `npm run bench`: every figure; `npm run bench -- overhead` the named ones. Ends with 1 where one is missed. */
import { benchAgainstDiffusers } from "./against-diffusers.ts";
import { benchOverhead } from "./overhead.ts";
import { benchStore } from "./store.ts";
import { benchShell } from "./shell.ts";
import { benchOpening } from "./opening.ts";
import { benchTasks } from "./tasks.ts";
import { benchHistory } from "./history.ts";
import { benchLighthouse } from "./lighthouse.ts";

/** Each prints what it measured and what is allowed, and says whether that is kept. */
const FIGURES: Readonly<Record<string, () => boolean | Promise<boolean>>> = {
  overhead: benchOverhead,
  shell: benchShell,
  diffusers: benchAgainstDiffusers,
  store: benchStore,
  opening: benchOpening,
  tasks: benchTasks,
  history: benchHistory,
  lighthouse: benchLighthouse,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in FIGURES));
if (unknown.length > 0) {
  console.error(`Unknown figures: ${unknown.join(", ")}. There are: ${Object.keys(FIGURES).join(", ")}.`);
  process.exit(2);
}
let kept = true;
for (const [name, measure] of Object.entries(FIGURES)) {
  if (wanted.length === 0 || wanted.includes(name)) kept = (await measure()) && kept;
}
process.exitCode = kept ? 0 : 1;
