import { sql } from "drizzle-orm";
import {
  bigint,
  bigserial,
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import type { DocumentContentType, DocumentPageWire, DocumentWire } from "../../src/contracts/document.ts";
import type { ErrorWire } from "../../src/contracts/errors.ts";
import type { Status } from "../../src/contracts/generated-image.ts";
import type { ProgressWire } from "../../src/contracts/progress.ts";
import type { SeeingTask, SeenWire } from "../../src/contracts/prediction.ts";
import type { RequestWire } from "../../src/contracts/request.ts";

const at = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });

/**
 * Who may see what: one row a browser, a key, an address or an access token. Tokens are hashed at rest; what stands
 * for a guest of the compatibility routes has a prefix that no hash of a token has.
 */
export const owners = pgTable(
  "owners",
  {
    id: uuid("id").primaryKey(),
    /** Whom `easel token add` made this owner for: a closed instance lets in nobody else. Null: came by itself. */
    accessName: text("access_name"),
    /** Since then its token opens nothing any more. */
    revokedAt: at("revoked_at"),
    /** The model chosen by POST /sdapi/v1/options. */
    sdapiModel: text("sdapi_model"),
    tokenHash: text("token_hash").notNull().unique(),
    /** The start-time fair queue's tag of this owner's newest job. */
    lastTag: integer("last_tag").notNull().default(0),
    createdAt: at("created_at").notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex("owners_by_access_name")
      .on(table.accessName)
      .where(sql`${table.revokedAt} is null`),
  ],
);

/** Further devices of an owner: each has a token of its own, hashed at rest, that is revoked alone. */
export const ownerTokens = pgTable(
  "owner_tokens",
  {
    id: uuid("id").primaryKey(),
    ownerId: uuid("owner_id")
      .notNull()
      .references(() => owners.id, { onDelete: "cascade" }),
    tokenHash: text("token_hash").notNull().unique(),
    /** What it calls itself. */
    name: text("name"),
    createdAt: at("created_at").notNull().defaultNow(),
  },
  (table) => [index("owner_tokens_by_owner").on(table.ownerId)],
);

/** The code by which one more device may join: an owner's newest, gone when it is used. */
export const ownerLinks = pgTable("owner_links", {
  ownerId: uuid("owner_id")
    .primaryKey()
    .references(() => owners.id, { onDelete: "cascade" }),
  codeHash: text("code_hash").notNull().unique(),
  expiresAt: at("expires_at").notNull(),
});

/**
 * Rate limits as one moment a key: when all that was taken is given back. UNLOGGED (the migration says so, drizzle
 * can't): counting costs no write-ahead log; a database that crashed starts counting anew.
 */
export const rateLimits = pgTable("rate_limits", {
  key: text("key").primaryKey(),
  restoredAt: at("restored_at").notNull(),
});

/** One row: the tag of the job that was started last. */
export const queueClock = pgTable("queue_clock", {
  id: smallint("id").primaryKey(),
  tag: integer("tag").notNull(),
});

/** A picture that was asked for; its job in pg-boss says who may draw it. */
export const generatedImages = pgTable(
  "generated_images",
  {
    id: uuid("id").primaryKey(),
    ownerId: uuid("owner_id")
      .notNull()
      .references(() => owners.id),
    status: text("status").$type<Status>().notNull(),
    request: jsonb("request").$type<RequestWire>().notNull(),
    model: text("model").notNull(),
    /** Per cent. */
    progress: integer("progress").notNull().default(0),
    tag: integer("tag").notNull(),
    /** The current attempt: pg-boss' job and its retry count fence it there, the lease's id fences it here. */
    jobId: uuid("job_id").notNull(),
    jobRetryCount: integer("job_retry_count").notNull().default(0),
    attempt: integer("attempt").notNull().default(0),
    leaseId: uuid("lease_id"),
    leaseExpiresAt: at("lease_expires_at"),
    workerId: text("worker_id"),
    /** Where it was asked for, as the limits count addresses; forgotten when it is over. */
    address: text("address"),
    error: jsonb("error").$type<ErrorWire>(),
    objectKey: text("object_key"),
    objectBytes: integer("object_bytes"),
    objectSha256: text("object_sha256"),
    width: integer("width"),
    height: integer("height"),
    modelDigest: text("model_digest"),
    /** Equal for requests that draw the same picture; null: not to be found by it. */
    cacheKey: text("cache_key"),
    provider: text("provider"),
    totalSeconds: doublePrecision("total_seconds"),
    createdAt: at("created_at").notNull().defaultNow(),
    startedAt: at("started_at"),
    finishedAt: at("finished_at"),
  },
  (table) => [
    index("generated_images_by_owner").on(table.ownerId, table.createdAt, table.id),
    index("generated_images_by_status").on(table.status, table.model, table.tag),
    index("generated_images_by_finish")
      .on(table.model, table.finishedAt)
      .where(sql`${table.status} = 'succeeded' and ${table.startedAt} is not null`),
    index("generated_images_by_address")
      .on(table.address)
      .where(sql`${table.status} = 'queued'`),
    index("generated_images_by_lease").on(table.leaseId),
    index("generated_images_by_cache_key").on(table.cacheKey),
    index("generated_images_by_object").on(table.objectKey),
  ],
);

/** What happened to a picture, numbered for Last-Event-ID. Previews are never stored. */
export const generatedImageEvents = pgTable(
  "generated_image_events",
  {
    id: bigserial("id", { mode: "number" }).primaryKey(),
    generatedImageId: uuid("generated_image_id")
      .notNull()
      .references(() => generatedImages.id, { onDelete: "cascade" }),
    event: jsonb("event").$type<ProgressWire>().notNull(),
    createdAt: at("created_at").notNull().defaultNow(),
  },
  (table) => [index("generated_image_events_by_image").on(table.generatedImageId, table.id)],
);

/** The reply that a repeated POST with the same Idempotency-Key gets, for 24 hours. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    ownerId: uuid("owner_id")
      .notNull()
      .references(() => owners.id),
    key: text("key").notNull(),
    bodyHash: text("body_hash").notNull(),
    reply: jsonb("reply").$type<unknown>().notNull(),
    createdAt: at("created_at").notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.ownerId, table.key] })],
);

/**
 * What is to be seen. For a request that waits for it a row lives as long as its request; for a document until all its
 * pages are done, under the document's id. UNLOGGED (the migration says so): a database that crashed has lost the
 * requests too, and documents whose row is missing are asked for again.
 */
export const seeingJobs = pgTable(
  "seeing_jobs",
  {
    id: uuid("id").primaryKey(),
    ownerId: uuid("owner_id").notNull(),
    task: text("task").$type<SeeingTask>().notNull(),
    /** Of the model that is to see it. */
    digest: text("digest").notNull(),
    /** Where its result is kept; null: it is not. */
    resultKey: text("result_key"),
    /** A text is here itself, a picture in the object store. */
    text: text("text"),
    objectKey: text("object_key"),
    /** Of a document: its type, and the first of its pages that is not done. */
    contentType: text("content_type"),
    firstPage: integer("first_page"),
    /** How often it was leased since anything of it was done. */
    attempts: smallint("attempts").notNull().default(0),
    /** Fences the batch that it is in: an answer of an earlier one changes nothing. */
    leaseId: uuid("lease_id"),
    leaseExpiresAt: at("lease_expires_at"),
    deadline: at("deadline").notNull(),
    seen: jsonb("seen").$type<SeenWire>(),
    error: jsonb("error").$type<ErrorWire>(),
    createdAt: at("created_at").notNull().defaultNow(),
  },
  (table) => [
    index("seeing_jobs_by_digest").on(table.digest, table.createdAt),
    index("seeing_jobs_by_owner").on(table.ownerId),
    index("seeing_jobs_by_lease").on(table.leaseId),
  ],
);

/** What was seen before, by a hash of the model and the very bytes: neither those nor who sent them. UNLOGGED. */
export const seeingResults = pgTable("seeing_results", {
  key: text("key").primaryKey(),
  seen: jsonb("seen").$type<SeenWire>().notNull(),
  createdAt: at("created_at").notNull().defaultNow(),
});

/** What workers see with that asked for something to see lately. UNLOGGED: they ask again. */
export const seeingWorkers = pgTable(
  "seeing_workers",
  {
    workerId: text("worker_id").notNull(),
    task: text("task").$type<SeeingTask>().notNull(),
    digest: text("digest").notNull(),
    lastSeenAt: at("last_seen_at").notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.workerId, table.task] })],
);

/** Pictures and PDFs that are looked through page by page. The file lies in the object store. */
export const documents = pgTable(
  "documents",
  {
    id: uuid("id").primaryKey(),
    ownerId: uuid("owner_id")
      .notNull()
      .references(() => owners.id),
    title: text("title").notNull(),
    contentType: text("content_type").$type<DocumentContentType>().notNull(),
    bytes: integer("bytes").notNull(),
    objectKey: text("object_key").notNull(),
    status: text("status").$type<DocumentWire["status"]>().notNull().default("queued"),
    /** Null until a worker has looked. */
    pageCount: integer("page_count"),
    pagesDone: integer("pages_done").notNull().default(0),
    /** What it is looked through with. */
    model: text("model").notNull(),
    error: jsonb("error").$type<ErrorWire>(),
    createdAt: at("created_at").notNull().defaultNow(),
    finishedAt: at("finished_at"),
  },
  (table) => [
    index("documents_by_owner").on(table.ownerId, table.createdAt, table.id),
    index("documents_unfinished")
      .on(table.id)
      .where(sql`${table.finishedAt} is null`),
  ],
);

/** What was found on a page. */
export const documentPages = pgTable(
  "document_pages",
  {
    documentId: uuid("document_id")
      .notNull()
      .references(() => documents.id, { onDelete: "cascade" }),
    /** 1 for the first. */
    page: integer("page").notNull(),
    /** Pixels, as it was looked at. */
    width: integer("width").notNull(),
    height: integer("height").notNull(),
    things: jsonb("things").$type<DocumentPageWire["things"]>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.documentId, table.page] })],
);

/** Workers that asked for work lately, and what of this server's models they can draw. */
export const workers = pgTable("workers", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  version: text("version").notNull(),
  provider: text("provider").notNull(),
  models: jsonb("models").$type<{ id: string; digest: string }[]>().notNull(),
  maxPixels: bigint("max_pixels", { mode: "number" }).notNull(),
  lastSeenAt: at("last_seen_at").notNull().defaultNow(),
});

/** Bytes that a browser puts into the object store, checked once they are there. */
export const uploads = pgTable("uploads", {
  id: uuid("id").primaryKey(),
  ownerId: uuid("owner_id")
    .notNull()
    .references(() => owners.id),
  purpose: text("purpose").notNull(),
  contentType: text("content_type").notNull(),
  bytes: integer("bytes").notNull(),
  sha256: text("sha256").notNull(),
  objectKey: text("object_key").notNull(),
  completed: boolean("completed").notNull().default(false),
  width: integer("width"),
  height: integer("height"),
  createdAt: at("created_at").notNull().defaultNow(),
});

/** A public link. It owns a copy of the picture, so that revoking it ends exactly that. */
export const shares = pgTable(
  "shares",
  {
    id: uuid("id").primaryKey(),
    slug: text("slug").notNull().unique(),
    ownerId: uuid("owner_id")
      .notNull()
      .references(() => owners.id),
    generatedImageId: uuid("generated_image_id").references(() => generatedImages.id, {
      onDelete: "cascade",
    }),
    /** Null: not shown. */
    prompt: text("prompt"),
    objectKey: text("object_key").notNull(),
    contentType: text("content_type").notNull(),
    /** Of its copy. Null: made before they were counted. */
    bytes: integer("bytes"),
    /** Pixels; null: the picture is sealed, and its link private. */
    width: integer("width"),
    height: integer("height"),
    createdAt: at("created_at").notNull().defaultNow(),
    expiresAt: at("expires_at"),
  },
  (table) => [index("shares_by_owner").on(table.ownerId, table.createdAt)],
);

/**
 * Objects that no row may need any more: noted before they are written, struck off in the transaction that adopts
 * them, noted again when their row goes. What is still here after `notBefore` is deleted.
 */
export const orphanObjects = pgTable(
  "orphan_objects",
  {
    objectKey: text("object_key").primaryKey(),
    notBefore: at("not_before").notNull(),
    /** How often deleting it has failed. */
    tries: integer("tries").notNull().default(0),
  },
  (table) => [index("orphan_objects_by_time").on(table.notBefore)],
);
