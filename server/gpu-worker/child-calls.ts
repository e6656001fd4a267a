import type { ChildProcess } from "node:child_process";
import { EaselError } from "../../src/contracts/errors.ts";

interface Call<Answer> {
  /** Every answer is a sign of life. */
  onMessage: (message: Answer) => void;
  onLost: (error: EaselError) => void;
}

/**
 * Calls to a child process that may crash or be killed: it is started anew with the next call, and whatever it was
 * asked is lost with it.
 */
export class ChildCalls<Question extends { call: number }, Answer extends { call: number }> {
  readonly #start: () => ChildProcess;
  /** What the child is called in errors. */
  readonly #name: string;
  readonly #calls = new Map<number, Call<Answer>>();
  #child: ChildProcess | undefined;
  #lastCall = 0;
  #closed = false;
  /** Resolves when the child that was killed last is gone. */
  #ending: Promise<unknown> = Promise.resolve();

  constructor(name: string, start: () => ChildProcess) {
    this.#name = name;
    this.#start = start;
    this.#ensureChild();
  }

  /** The child's process id, while it runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Numbers a call. What `onLost` is told has ended it. */
  begin(handlers: Call<Answer>): number {
    const call = ++this.#lastCall;
    this.#calls.set(call, handlers);
    return call;
  }

  /** The call has its answer. */
  end(call: number): void {
    this.#calls.delete(call);
  }

  send(message: Question): void {
    this.#ensureChild()?.send(message, (error) => {
      // The channel closed under the message: the child's exit, which follows, rejects the call.
      if (error !== null) this.#child?.kill("SIGKILL");
    });
  }

  /** Ends the child for this reason, and resolves when it is gone. */
  async kill(reason: EaselError): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    this.#loseAll(reason);
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      this.#ending = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
    }
    await this.#ending;
  }

  /** Ends the child for good. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.kill(this.#wasClosed());
  }

  #ensureChild(): ChildProcess | undefined {
    if (this.#closed) {
      this.#loseAll(this.#wasClosed());
      return undefined;
    }
    if (this.#child !== undefined) return this.#child;
    const child = this.#start();
    this.#child = child;
    child.on("message", (message: Answer) => this.#calls.get(message.call)?.onMessage(message));
    const ended = (how: string): void => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#loseAll(
        new EaselError("worker_lost", `${this.#name} ended ${how}.`, {
          hint: "It is started anew with the next picture. If it happens again, the machine may be short of memory.",
        }),
      );
    };
    child.once("exit", (code, signal) =>
      ended(signal === null ? `with code ${String(code)}` : `by ${signal}`),
    );
    child.once("error", (error) => ended(`before it began: ${error.message}`));
    return child;
  }

  #loseAll(reason: EaselError): void {
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const call of calls) call.onLost(reason);
  }

  #wasClosed(): EaselError {
    return new EaselError("worker_lost", `${this.#name} was closed.`);
  }
}
