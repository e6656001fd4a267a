import { randomUUID } from "node:crypto";
import type { ErrorWire } from "../../../src/contracts/errors.ts";
import type { SeenWire } from "../../../src/contracts/prediction.ts";
import {
  SEEING_LEASE_SECONDS,
  type LoadedModel,
  type SeeingOutcomeWire,
} from "../../../src/contracts/seeing-worker-routes.ts";
import type { WakeHub } from "../wake.ts";
import { queueOf } from "./queue-name.ts";

/** A text, or a picture's file, what its first bytes say it is, and how many labels are wanted of it at least. */
export type SeeingInput = { text: string } | { bytes: Uint8Array; contentType: string; labels: number };

/** Something that a request of this process waits to have seen. */
export interface Question {
  id: string;
  ownerId: string;
  model: LoadedModel;
  input: SeeingInput;
  /** Where its result is kept; null: it is not. */
  resultKey: string | null;
}

export type Answer = { seen: SeenWire } | { error: ErrorWire };

/** Questions that one worker has taken together. */
export interface HandedBatch {
  leaseId: string;
  questions: readonly Question[];
}

interface Waiting extends Question {
  since: number;
  /** Undefined once it was told: a request that goes away and a worker that answers may both come. */
  settle: ((answer: Answer | "nobody" | "gone") => void) | undefined;
}

/** The questions for one model, and how long ago a worker for it was here. */
interface Line {
  waiting: Waiting[];
  claims: number;
  leases: number;
  heardAt: number;
  timer: NodeJS.Timeout | undefined;
}

interface Lease {
  questions: readonly Waiting[];
  timer: NodeJS.Timeout;
}

/** A worker that was here so lately is expected back; one that does not come may be waiting at another server. */
const EXPECTED_MILLISECONDS = 500;
/** One that has a batch from here is busy. When that takes longer, another server's may be free. */
const BUSY_MILLISECONDS = 2000;
/** Leases in the table lapse by time. */
const LOOK_MILLISECONDS = 1000;
/** Pictures that are held in memory at once; what comes beyond waits in the object store. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Of one batch, unless its first picture alone is larger. */
const BATCH_BYTES = 16 * 1024 * 1024;

/**
 * Hands questions from the requests that wait at this process to the workers that claim at this process, in memory: a
 * question ends with its request, so nothing of it need outlive the process that holds both (docs/adr/0128).
 */
export class HandOver {
  readonly #hub: WakeHub;
  readonly #leaseMilliseconds: number;
  readonly #lines = new Map<string, Line>();
  readonly #leases = new Map<string, Lease>();
  readonly #ofOwner = new Map<string, number>();
  /** When claims last looked at the table, by their queues. */
  readonly #looks = new Map<string, { jobs: number; at: number }>();
  /** Claims whose batches fill up look again at what comes and at what ends. */
  readonly #gathering = new Set<() => void>();
  #count = 0;
  #bytes = 0;

  constructor(hub: WakeHub, { leaseMilliseconds = SEEING_LEASE_SECONDS * 1000 } = {}) {
    this.#hub = hub;
    this.#leaseMilliseconds = leaseMilliseconds;
  }

  /** How many questions are here, waiting or leased. */
  get count(): number {
    return this.#count;
  }

  /** How many batches of them workers have. */
  get batches(): number {
    return this.#leases.size;
  }

  countOf(ownerId: string): number {
    return this.#ofOwner.get(ownerId) ?? 0;
  }

  /** Whether a worker for the model claims here, or did so a moment ago. */
  isExpected(model: LoadedModel): boolean {
    const line = this.#lines.get(queueOf(model));
    return line !== undefined && (line.claims > 0 || performance.now() < line.heardAt + patience(line));
  }

  /**
   * Waits for a worker's answer. "nobody": no worker takes it here, so it has to be asked where every server's workers
   * look. "gone": one of `over` has aborted, or the time is over; a worker that has it may answer into the void.
   */
  ask(
    question: Question,
    over: readonly AbortSignal[],
    milliseconds: number,
  ): Promise<Answer | "nobody" | "gone"> {
    const bytes = bytesOf(question);
    if (over.some(({ aborted }) => aborted)) return Promise.resolve("gone");
    if (!this.isExpected(question.model) || this.#bytes + bytes > MOST_BYTES)
      return Promise.resolve("nobody");
    return new Promise((resolve) => {
      const line = this.#line(queueOf(question.model));
      const gone = () => waiting.settle?.("gone");
      const timer = setTimeout(gone, milliseconds);
      const waiting: Waiting = {
        ...question,
        since: performance.now(),
        settle: (answer) => {
          waiting.settle = undefined;
          clearTimeout(timer);
          for (const signal of over) signal.removeEventListener("abort", gone);
          line.waiting = line.waiting.filter((one) => one !== waiting);
          this.#tally(question.ownerId, -1, -bytes);
          resolve(answer);
        },
      };
      this.#tally(question.ownerId, 1, bytes);
      // A signal made of several would cost more than the rest of this.
      for (const signal of over) signal.addEventListener("abort", gone);
      line.waiting.push(waiting);
      for (const look of this.#gathering) look();
      this.#watch(line);
      this.#hub.wakeClaims(queueOf(question.model), 1);
    });
  }

  /** A worker's claim begins; answers what to call at its end. Until then questions for its models wait for it. */
  enter(models: readonly LoadedModel[]): () => void {
    const lines = models.map((model) => this.#line(queueOf(model)));
    for (const line of lines) line.claims++;
    return () => {
      for (const line of lines) {
        line.claims--;
        this.#heard(line);
      }
    };
  }

  /** Whether so many questions for these models wait. */
  has(models: readonly LoadedModel[], count = 1): boolean {
    let waiting = 0;
    for (const model of models) waiting += this.#lines.get(queueOf(model))?.waiting.length ?? 0;
    return waiting >= count;
  }

  /**
   * Whether a claim for these models has to look at the table, where the others wait, and takes it to look: after news
   * (`jobs`, the hub's count), and now and then.
   */
  isTableDue(queues: readonly string[], jobs: number): boolean {
    const name = JSON.stringify(queues);
    const last = this.#looks.get(name);
    const now = performance.now();
    if (last !== undefined && last.jobs === jobs && now < last.at + LOOK_MILLISECONDS) return false;
    if (this.#looks.size > 100) this.#looks.clear();
    this.#looks.set(name, { jobs, at: now });
    return true;
  }

  /** The table had something: it may have more. */
  tableHasMore(queues: readonly string[]): void {
    this.#looks.delete(JSON.stringify(queues));
  }

  /**
   * Lets a batch of these models fill up while another is under way here: until it has so many, none is under way any more,
   * or `signal` aborts. It does not wait longer than `milliseconds`, nor at all where nothing is under way.
   */
  async gather(
    models: readonly LoadedModel[],
    most: number,
    milliseconds: number,
    signal: AbortSignal,
  ): Promise<void> {
    const lines = models.map((model) => this.#line(queueOf(model)));
    const isDue = () => this.has(models, most) || lines.every(({ leases }) => leases === 0);
    if (isDue() || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const look = () => void (isDue() && end());
      const end = () => {
        clearTimeout(timer);
        this.#gathering.delete(look);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      this.#gathering.add(look);
      signal.addEventListener("abort", end);
    });
  }

  /** Leases the oldest questions of these models, at most so many; undefined: there are none. */
  take(models: readonly LoadedModel[], most: number): HandedBatch | undefined {
    const lines = models.map((model) => this.#line(queueOf(model)));
    const oldest = lines.flatMap(({ waiting }) => waiting.slice(0, most)).sort((a, b) => a.since - b.since);
    const questions: Waiting[] = [];
    let bytes = 0;
    for (const one of oldest.slice(0, most)) {
      bytes += bytesOf(one);
      if (questions.length > 0 && bytes > BATCH_BYTES) break;
      questions.push(one);
    }
    if (questions.length === 0) return undefined;
    for (const line of lines) {
      line.waiting = line.waiting.filter((one) => !questions.includes(one));
      this.#heard(line);
    }
    const leaseId = randomUUID();
    // A worker that has not answered by then may have gone.
    const timer = setTimeout(() => this.giveBack(leaseId), this.#leaseMilliseconds);
    this.#leases.set(leaseId, { questions, timer });
    for (const line of this.#linesOf(questions)) line.leases++;
    return { leaseId, questions };
  }

  /** What a lease holds is ready for another worker, before what came later. */
  giveBack(leaseId: string): void {
    const lease = this.#end(leaseId);
    if (lease !== undefined) this.#putBack(lease.questions);
  }

  /**
   * Ends a lease with a worker's answers; what they leave out is ready for another worker.
   *
   * @returns each answered question with how to tell its answer; undefined: no such lease is held here any more
   */
  complete(
    leaseId: string,
    outcomes: readonly SeeingOutcomeWire[],
  ): { question: Question; answer: Answer; tell: () => void }[] | undefined {
    const lease = this.#end(leaseId);
    if (lease === undefined) return undefined;
    const told = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
    const answered: { question: Question; answer: Answer; tell: () => void }[] = [];
    const leftOut: Waiting[] = [];
    for (const question of lease.questions) {
      const outcome = told.get(question.id);
      if (outcome === undefined || "found" in outcome) leftOut.push(question);
      else {
        const answer = "seen" in outcome ? { seen: outcome.seen } : { error: outcome.error };
        answered.push({ question, answer, tell: () => question.settle?.(answer) });
      }
    }
    this.#putBack(leftOut);
    return answered;
  }

  #end(leaseId: string): Lease | undefined {
    const lease = this.#leases.get(leaseId);
    if (lease === undefined) return undefined;
    clearTimeout(lease.timer);
    this.#leases.delete(leaseId);
    for (const line of this.#linesOf(lease.questions)) {
      line.leases--;
      this.#heard(line);
    }
    for (const look of this.#gathering) look();
    return lease;
  }

  #linesOf(questions: readonly Question[]): Line[] {
    return [...new Set(questions.map(({ model }) => queueOf(model)))].map((queue) => this.#line(queue));
  }

  #putBack(questions: readonly Waiting[]): void {
    for (const one of [...questions].reverse()) {
      if (one.settle === undefined) continue;
      const queue = queueOf(one.model);
      const line = this.#line(queue);
      line.waiting.unshift(one);
      this.#watch(line);
      this.#hub.wakeClaims(queue, 1);
    }
  }

  #line(queue: string): Line {
    const known = this.#lines.get(queue);
    if (known !== undefined) return known;
    const line: Line = {
      waiting: [],
      claims: 0,
      leases: 0,
      heardAt: Number.NEGATIVE_INFINITY,
      timer: undefined,
    };
    this.#lines.set(queue, line);
    return line;
  }

  #heard(line: Line): void {
    line.heardAt = performance.now();
  }

  /** What waits is let go once no worker comes for it any more. */
  #watch(line: Line): void {
    line.timer ??= setTimeout(() => {
      line.timer = undefined;
      const left = line.heardAt + patience(line) - performance.now();
      if (line.claims === 0 && left <= 0) for (const one of [...line.waiting]) one.settle?.("nobody");
      if (line.waiting.length > 0) this.#watch(line);
    }, EXPECTED_MILLISECONDS / 5);
  }

  #tally(ownerId: string, questions: number, bytes: number): void {
    this.#count += questions;
    this.#bytes += bytes;
    const own = this.countOf(ownerId) + questions;
    if (own === 0) this.#ofOwner.delete(ownerId);
    else this.#ofOwner.set(ownerId, own);
  }
}

const patience = ({ leases }: Line): number => (leases > 0 ? BUSY_MILLISECONDS : EXPECTED_MILLISECONDS);

const bytesOf = ({ input }: Question): number =>
  "text" in input ? Buffer.byteLength(input.text) : input.bytes.byteLength;
