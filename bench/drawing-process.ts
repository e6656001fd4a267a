import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";

/**
 * A program that draws when told to: it reads a seed a line, draws, and answers with the seconds that it took; when its
 * input ends it answers with the peak of its memory in bytes and ends. So two programs can draw turn about, each with
 * its model loaded.
 */
export class DrawingProcess {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string, undefined>;
  #errors = "";

  constructor(
    program: string,
    args: readonly string[],
    where: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
  ) {
    this.#process = spawn(program, args, where);
    this.#process.stderr.setEncoding("utf8").on("data", (text: string) => (this.#errors += text));
    this.#answers = createInterface(this.#process.stdout)[Symbol.asyncIterator]();
  }

  /** @returns the seconds that the picture took */
  async draw(seed: number): Promise<number> {
    this.#process.stdin.write(`${seed}\n`);
    return this.#read();
  }

  /** @returns the most bytes of memory that the program had */
  async end(): Promise<number> {
    this.#process.stdin.end();
    return this.#read();
  }

  async #read(): Promise<number> {
    const { value, done } = await this.#answers.next();
    const number = Number(value);
    if (done === true || !Number.isFinite(number))
      throw new Error(`${this.#process.spawnargs.join(" ")} answered ${String(value)}:\n${this.#errors}`);
    return number;
  }
}
