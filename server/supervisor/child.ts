import { spawn, type ChildProcess } from "node:child_process";
import type { Logger } from "../log.ts";
import { programArguments, type Program } from "./program.ts";

const FIRST_PAUSE_MILLISECONDS = 250;
const LONGEST_PAUSE_MILLISECONDS = 10_000;
/** A child that lived this long before it ended starts with the first pause again. */
const STEADY_MILLISECONDS = 30_000;

export interface ChildTerms {
  name: string;
  program: Program;
  arguments?: readonly string[];
  environment: NodeJS.ProcessEnv;
  log: Logger;
  onMessage?: (message: unknown) => void;
  /** Called for every end that was not asked for; `false` forbids a restart. */
  onExit?: (code: number | null) => boolean;
}

/** A child process that is started again when it ends on its own, with growing pauses. */
export class Child {
  readonly #terms: ChildTerms;
  #process: ChildProcess | undefined;
  #stopping = false;
  #pause = FIRST_PAUSE_MILLISECONDS;
  #restart: NodeJS.Timeout | undefined;

  constructor(terms: ChildTerms) {
    this.#terms = terms;
    this.#start();
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** SIGTERM, and after `milliseconds` SIGKILL; resolves when it is gone. */
  async stop(milliseconds: number): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.#terms.log.warn({ child: this.#terms.name }, "A process did not end in time and is killed.");
        child.kill("SIGKILL");
      }, milliseconds);
      child.once("exit", () => {
        clearTimeout(timer);
        resolve();
      });
      child.kill("SIGTERM");
    });
  }

  #start(): void {
    const { name, program, log, environment } = this.#terms;
    const startedAt = Date.now();
    const child = spawn(process.execPath, [...programArguments(program), ...(this.#terms.arguments ?? [])], {
      env: environment,
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.#process = child;
    child.on("message", (message) => this.#terms.onMessage?.(message));
    child.on("error", (error) => log.error({ err: error, child: name }, "A process could not be started."));
    child.once("exit", (code, signal) => {
      if (this.#stopping) return;
      if (this.#terms.onExit?.(code) === false) return;
      if (Date.now() - startedAt > STEADY_MILLISECONDS) this.#pause = FIRST_PAUSE_MILLISECONDS;
      log.error(
        { child: name, code, signal, again_in: this.#pause },
        "A process ended and is started again.",
      );
      this.#restart = setTimeout(() => this.#start(), this.#pause);
      this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MILLISECONDS);
    });
  }
}
