import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The processes of one browser and the folder that is its home: all gone when it ends, whatever happened. */
export class Processes {
  /** Empty at the start. */
  readonly home = mkdtempSync(join(tmpdir(), "easel-engine-"));
  readonly #leaders: ChildProcess[] = [];
  readonly #atExit = () => this.#end();

  constructor() {
    process.once("exit", this.#atExit);
  }

  /** Starts a program as the leader of a group: the processes that it starts end with it. */
  spawn(
    path: string,
    args: readonly string[],
    stdio: StdioOptions,
    env: NodeJS.ProcessEnv = {},
  ): ChildProcess {
    const own = { HOME: this.home, LANG: "en_US.UTF-8", XDG_RUNTIME_DIR: this.home };
    const child = spawn(path, args, {
      detached: true,
      stdio,
      env: { PATH: process.env.PATH, ...own, ...env },
    });
    this.#leaders.push(child);
    return child;
  }

  async end(): Promise<void> {
    process.off("exit", this.#atExit);
    const ended = this.#leaders.filter(isAlive).map((child) => once(child, "exit"));
    this.#end();
    await Promise.all(ended);
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }

  /** The last started goes first: the screen outlives what is shown on it. */
  #end(): void {
    for (const { pid } of this.#leaders.toReversed()) {
      if (pid === undefined) continue;
      try {
        process.kill(-pid, "SIGKILL");
      } catch {
        // The whole group has ended by itself.
      }
    }
    this.#leaders.length = 0;
  }
}

function isAlive(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}
