import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { projectRoot, run } from "./run.mjs";

const REPORTS = join(projectRoot, ".cache", "test-reports");

/** What a lane did: how many tests passed, failed and were skipped. */
const tally = (passed, failed, skipped) => ({ passed, failed, skipped });

/**
 * A lane of one command: one pass or one failure, by its exit status. What it says comes whole when it is done, so that
 * two may run beside each other.
 */
export function commandLane(name, program, args) {
  return {
    name,
    run: async () => {
      const output = [];
      const status = await run(program, args, { onOutput: (chunk) => output.push(chunk) });
      process.stdout.write(`\n=== ${name}\n${Buffer.concat(output)}`);
      return status === 0 ? tally(1, 0, 0) : tally(0, 1, 0);
    },
  };
}

/** A report that a crashed runner never wrote counts as one failure: a lane must not vanish from the sum. */
function readReport(path, count) {
  try {
    return count(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return tally(0, 1, 0);
  }
}

/** What a lane of tests says goes to the terminal; with another beside it, each line has its lane's name before it. */
function outputOf(name, alone) {
  if (alone) return undefined;
  const decoder = new TextDecoder();
  let line = "";
  return (chunk) => {
    const lines = (line + decoder.decode(chunk, { stream: true })).split("\n");
    line = lines.pop();
    for (const whole of lines) process.stdout.write(`${name} | ${whole}\n`);
  };
}

/** A vitest project (vitest.config.ts). `alone`: no other lane runs meanwhile. */
export function vitestLane(project, extra = []) {
  const report = join(REPORTS, `${project}.json`);
  const browserLog = join(REPORTS, `${project}-browser.log`);
  return {
    name: project,
    run: async ({ alone }) => {
      startReport(project, report);
      const args = ["run", "--project", project, "--reporter=default", "--reporter=json"];
      const status = await run("vitest", [...args, `--outputFile.json=${report}`, ...extra], {
        // Where the browser itself ends, Vitest knows no more than that its page is gone.
        env: { DEBUG: "pw:browser", DEBUG_FILE: browserLog },
        onOutput: outputOf(project, alone),
      });
      if (status !== 0) printBrowserLog(browserLog);
      const counted = readReport(report, (json) =>
        tally(json.numPassedTests, json.numFailedTests, json.numPendingTests + json.numTodoTests),
      );
      return countStatus(counted, status);
    },
  };
}

/** A project of playwright.config.ts, against the built app and a server of its own. `alone`: as for vitest's. */
export function playwrightLane(name, project) {
  const report = join(REPORTS, `${name}.json`);
  return {
    name,
    run: async ({ alone }) => {
      startReport(name, report);
      const status = await run("playwright", ["test", `--project=${project}`, "--reporter=list,json"], {
        env: { PLAYWRIGHT_JSON_OUTPUT_NAME: report },
        onOutput: outputOf(name, alone),
      });
      const counted = readReport(report, ({ stats }) =>
        tally(stats.expected + stats.flaky, stats.unexpected, stats.skipped),
      );
      return countStatus(counted, status);
    },
  };
}

/** The end of what a browser wrote, but for its complaints that there is no D-Bus. */
function printBrowserLog(path) {
  if (!existsSync(path)) return;
  const lines = readFileSync(path, "utf8").split("\n");
  const said = lines.filter((line) => !line.includes("dbus")).slice(-40);
  console.log(`The browser wrote:\n${said.map((line) => line.slice(0, 300)).join("\n")}`);
}

function startReport(name, path) {
  console.log(`\n=== ${name}`);
  mkdirSync(REPORTS, { recursive: true });
  rmSync(path, { force: true });
}

/** A runner can fail without a failing test (an error outside of one): that is one failure more. */
function countStatus(counted, status) {
  return status !== 0 && counted.failed === 0 ? { ...counted, failed: 1 } : counted;
}
