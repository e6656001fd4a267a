/**
 * `npm test`: every lane and one closing line `N passed, N failed, N skipped`. Two lanes run at a time: first what only
 * reckons, each on a core of its own; then what starts servers and browsers and waits half of its time (ADR 0130).
 * `npm test -- unit e2e` runs the named lanes only. In CI a skipped test is a failure.
 */
import { ensureChromium } from "./chromium.mjs";
import { ensureEngines } from "./engines.mjs";
import { commandLane, playwrightLane, vitestLane } from "./lanes.mjs";

const MESSAGES = commandLane("messages", "node", ["scripts/compile-messages.mjs"]);
// The longest first, in both.
const RECKONING = [
  commandLane("lint", "eslint", [".", "--max-warnings", "0"]),
  commandLane("types-server", "tsc", ["-p", "tsconfig.server.json"]),
  commandLane("types-app", "svelte-check", ["--tsconfig", "tsconfig.app.json", "--fail-on-warnings"]),
  commandLane("format", "prettier", ["--check", "."]),
  commandLane("types-core", "tsc", ["-p", "tsconfig.core.json"]),
  commandLane("types-worker", "tsc", ["-p", "tsconfig.worker.json"]),
  vitestLane("unit"),
  commandLane("build", "node", ["scripts/build.mjs"]),
];
const WAITING = [
  playwrightLane("e2e", "desktop"),
  // Much of it is waiting for leases and pauses to end: two files at a time fill each other's.
  vitestLane("server", ["--maxWorkers=2"]),
  vitestLane("browser"),
  vitestLane("python"),
  playwrightLane("engines", "engines"),
];
const LANES = [MESSAGES, ...RECKONING, ...WAITING];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => LANES.every((lane) => lane.name !== name));
if (unknown.length > 0) {
  console.error(
    `Unknown lanes: ${unknown.join(", ")}. There are: ${LANES.map((lane) => lane.name).join(", ")}.`,
  );
  process.exit(2);
}
await ensureChromium();
if (wanted.length === 0 || wanted.includes("engines")) await ensureEngines();

const rows = [];
/** The wanted ones of `lanes`, two at a time. */
async function runLanes(lanes) {
  const waiting = lanes.filter((lane) => wanted.length === 0 || wanted.includes(lane.name));
  const alone = waiting.length === 1;
  const runner = async () => {
    for (let lane; (lane = waiting.shift()) !== undefined;) {
      const started = performance.now();
      const counted = await lane.run({ alone });
      rows.push({ name: lane.name, ...counted, seconds: Math.round((performance.now() - started) / 1000) });
    }
  };
  await Promise.all([runner(), runner()]);
}
await runLanes([MESSAGES]);
await runLanes(RECKONING);
await runLanes(WAITING);

console.log("\nLanes:");
for (const row of rows) {
  console.log(
    `  ${row.name.padEnd(14)} ${row.passed} passed, ${row.failed} failed, ${row.skipped} skipped in ${row.seconds} s`,
  );
}
const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
const skippedInCi = process.env.CI === "true" && sum("skipped") > 0;
if (skippedInCi) console.log("In CI no test may be skipped.");
console.log(`\n${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
process.exit(sum("failed") > 0 || skippedInCi ? 1 : 0);
