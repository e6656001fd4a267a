import { asc, inArray } from "drizzle-orm";
import { EaselError } from "../../src/contracts/errors.ts";
import type { Transaction } from "../db/connect.ts";
import { generatedImages } from "../db/schema.ts";
import { isDatabaseUnavailable } from "../db/unavailable.ts";
import { inBatches } from "./in-batches.ts";
import { etaSeconds, type QueuePosition } from "./queue-position.ts";
import { surveyQueue, type Survey } from "./queue-survey.ts";
import { keepReplies, keptReplies, nameOf, type KeyedPost, type KeptReply } from "./repeated-posts.ts";
import { answerFromCache } from "./result-cache.ts";
import type { Services } from "./services.ts";
import { FairTags, newRows, shown, write, type NewPicture, type ShownPicture } from "./submit.ts";
import { lockAddresses, WaitingRoom, type QueueLimits } from "./waiting-room.ts";

/** Larger ones would hold their owners' rows for long, and gain little. */
const MOST_TOGETHER = 64;

/** A picture that is asked for, checked as far as it can be without the queue. */
export interface Submission extends NewPicture {
  modelDigest: string;
  /** Whether a picture that was drawn already may answer it. */
  fromCache: boolean;
  idempotency: { key: string; bodyHash: string } | undefined;
}

export interface Submitted<Reply> {
  reply: Reply;
  /** False: the reply to an earlier post with the same Idempotency-Key. */
  created: boolean;
}

/** A picture's reply, and the form in which a kept one is read back. */
export interface Replies<Reply> {
  of: (row: ShownPicture, waiting: QueuePosition | undefined) => Reply;
  kept: (reply: unknown) => Reply;
}

type Parts = Pick<Services, "connection" | "queue" | "notifier" | "settings">;
type Outcome<Reply> = PromiseSettledResult<Submitted<Reply>>;

/** What becomes of one submission while its batch is decided. */
type Decision =
  | { kind: "refused"; reason: unknown }
  | { kind: "repeated"; reply: unknown }
  | { kind: "repeats"; index: number }
  | { kind: "drawn"; row: ShownPicture }
  | { kind: "queued"; tag: number };

const fulfilled = <Value>(value: Value) => ({ status: "fulfilled" as const, value });
const rejected = (reason: unknown) => ({ status: "rejected" as const, reason });

/**
 * Group commit: submissions that come while a transaction is under way share the next one. Each is answered once its
 * transaction is committed, so what was acknowledged is as durable as it would be alone.
 */
export class Submissions<Reply> {
  /** @throws EaselError queue_full, idempotency_mismatch, unauthorized */
  readonly submit: (submission: Submission) => Promise<Submitted<Reply>>;
  readonly #parts: Parts;
  readonly #replies: Replies<Reply>;

  constructor(parts: Parts, replies: Replies<Reply>) {
    this.#parts = parts;
    this.#replies = replies;
    this.submit = inBatches(MOST_TOGETHER, (batch) => this.#commit(batch));
  }

  /** One that the database refuses must not fail its neighbours: they are tried again, each alone. */
  async #commit(batch: readonly Submission[]): Promise<Outcome<Reply>[]> {
    try {
      return await this.#together(batch);
    } catch (error) {
      // Whether a transaction was committed whose connection broke is not known: it must not be done again here.
      if (batch.length === 1 || isDatabaseUnavailable(error)) return batch.map(() => rejected(error));
    }
    const outcomes: Outcome<Reply>[] = [];
    for (const one of batch) outcomes.push(...(await this.#commit([one])));
    return outcomes;
  }

  async #together(batch: readonly Submission[]): Promise<Outcome<Reply>[]> {
    const { connection, notifier } = this.#parts;
    const { outcomes, ready } = await connection.database.transaction(async (tx) => {
      const owners = batch.map(({ ownerId }) => ownerId);
      const tags = await FairTags.lock(tx, owners);
      const limited = await lockAddresses(tx, this.#limits, batch);
      const survey = await surveyQueue(tx, {
        owners: [...new Set(owners)],
        addresses: limited,
        models: [...new Set(batch.map(({ request }) => request.model))],
        tags: tags.candidates(owners),
      });
      const room = new WaitingRoom(this.#limits, survey, limited);
      const decisions = await this.#decide(tx, batch, { tags, room });
      return this.#write(tx, batch, decisions, { tags, survey });
    });
    for (const [model, jobs] of ready) notifier.wake({ jobs, model });
    return outcomes;
  }

  /**
   * What an earlier post under this key was answered; undefined: there was none.
   * @throws EaselError idempotency_mismatch
   */
  async repeated(post: KeyedPost): Promise<Reply | undefined> {
    const kept = await this.#parts.connection.database.transaction((tx) => keptReplies(tx, [post]));
    const decision = earlier(post, kept.get(nameOf(post)), undefined);
    return decision?.kind === "repeated" ? this.#replies.kept(decision.reply) : undefined;
  }

  get #limits(): QueueLimits {
    const { settings } = this.#parts;
    return {
      perOwner: settings.MAX_QUEUED_PER_OWNER,
      inAll: settings.MAX_QUEUED,
      perAddress: settings.MAX_QUEUED_PER_ADDRESS,
    };
  }

  /** In the order of the batch, as if each had come alone. */
  async #decide(
    tx: Transaction,
    batch: readonly Submission[],
    { tags, room }: { tags: FairTags; room: WaitingRoom },
  ): Promise<Decision[]> {
    const kept = await keptReplies(tx, batch.flatMap(keyedPost));
    const drawn = await drawnKeys(tx, batch);
    const decisions: Decision[] = [];
    const byName = new Map<string, { index: number; bodyHash: string }>();
    for (const [index, submission] of batch.entries()) {
      try {
        const [post] = keyedPost(submission);
        const first = post && byName.get(nameOf(post));
        const decision =
          (post && earlier(post, kept.get(nameOf(post)), first)) ??
          (await this.#place(tx, submission, { tags, room, drawn }));
        decisions.push(decision);
        if (post !== undefined && first === undefined)
          byName.set(nameOf(post), { index, bodyHash: post.bodyHash });
      } catch (reason) {
        if (!(reason instanceof EaselError)) throw reason;
        decisions.push({ kind: "refused", reason });
      }
    }
    return decisions;
  }

  async #place(
    tx: Transaction,
    submission: Submission,
    { tags, room, drawn }: { tags: FairTags; room: WaitingRoom; drawn: ReadonlySet<string> },
  ): Promise<Decision> {
    const { ownerId, request, cacheKey, modelDigest } = submission;
    if (!tags.knows(ownerId)) throw new EaselError("unauthorized", "This owner does not exist any more.");
    if (submission.fromCache && cacheKey !== undefined && drawn.has(cacheKey)) {
      const row = await answerFromCache(tx, { ownerId, request, key: cacheKey, modelDigest });
      if (row !== undefined) return { kind: "drawn", row };
    }
    room.take(submission);
    return { kind: "queued", tag: tags.next(ownerId) };
  }

  async #write(
    tx: Transaction,
    batch: readonly Submission[],
    decisions: readonly Decision[],
    { tags, survey }: { tags: FairTags; survey: Survey },
  ): Promise<{ outcomes: Outcome<Reply>[]; ready: ReadonlyMap<string, number> }> {
    const pictures = batch.flatMap((submission, index) => {
      const decision = decisions[index];
      return decision?.kind === "queued" ? [{ ...submission, index, tag: decision.tag }] : [];
    });
    const rows = newRows(pictures);
    if (rows.length > 0) await write(tx, this.#parts, rows, tags);
    const waiting = positions(rows, survey);
    const replies = new Map<number, Reply>();
    rows.forEach((row, at) => {
      const picture = pictures[at];
      if (picture !== undefined) replies.set(picture.index, this.#replies.of(shown(row), waiting[at]));
    });
    decisions.forEach((decision, index) => {
      if (decision.kind === "drawn") replies.set(index, this.#replies.of(decision.row, undefined));
    });
    const kept = batch.flatMap((submission, index) => {
      const reply = replies.get(index);
      return reply === undefined ? [] : keyedPost(submission).map((post) => ({ ...post, reply }));
    });
    await keepReplies(tx, kept);
    const outcomes = decisions.map((decision, index): Outcome<Reply> => {
      if (decision.kind === "refused") return rejected(decision.reason);
      if (decision.kind === "repeated")
        return fulfilled({ reply: this.#replies.kept(decision.reply), created: false });
      const reply = replies.get(decision.kind === "repeats" ? decision.index : index);
      if (reply === undefined) throw new Error("A submission was decided and not written.");
      return fulfilled({ reply, created: decision.kind !== "repeats" });
    });
    const ready = new Map<string, number>();
    for (const { model } of rows) ready.set(model, (ready.get(model) ?? 0) + 1);
    return { outcomes, ready };
  }
}

/** Behind those that wait with the same tag or a smaller one, and in the order given among themselves. */
function positions(rows: readonly { model: string; tag: number }[], survey: Survey): QueuePosition[] {
  return rows.map(({ model, tag }, index) => {
    const fellows = rows.filter(
      (other, at) => other.model === model && (other.tag < tag || (other.tag === tag && at < index)),
    );
    const position = survey.upTo(model, tag) + fellows.length;
    return { position, etaSeconds: etaSeconds(position, survey.rateOf(model)) };
  });
}

function keyedPost({ ownerId, idempotency }: Submission): KeyedPost[] {
  return idempotency === undefined ? [] : [{ ownerId, ...idempotency }];
}

/** What a post repeats, if it does. @throws EaselError idempotency_mismatch */
function earlier(
  post: KeyedPost,
  kept: KeptReply | undefined,
  inBatch: { index: number; bodyHash: string } | undefined,
): Decision | undefined {
  const first = kept ?? inBatch;
  if (first === undefined) return undefined;
  if (first.bodyHash !== post.bodyHash) {
    throw new EaselError("idempotency_mismatch", "This Idempotency-Key was used with another request.", {
      hint: "Use a new key for a new picture.",
    });
  }
  if (kept !== undefined) return { kind: "repeated", reply: kept.reply };
  return inBatch === undefined ? undefined : { kind: "repeats", index: inBatch.index };
}

/** Which of the batch's requests were drawn before. */
async function drawnKeys(tx: Transaction, batch: readonly Submission[]): Promise<ReadonlySet<string>> {
  const keys = batch.flatMap(({ fromCache, cacheKey }) =>
    fromCache && cacheKey !== undefined ? [cacheKey] : [],
  );
  if (keys.length === 0) return new Set();
  const rows = await tx
    .selectDistinct({ key: generatedImages.cacheKey })
    .from(generatedImages)
    .where(inArray(generatedImages.cacheKey, [...new Set(keys)]))
    .orderBy(asc(generatedImages.cacheKey));
  return new Set(rows.flatMap(({ key }) => (key === null ? [] : [key])));
}
