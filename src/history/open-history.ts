import { Dexie, type Transaction } from "dexie";
import { bytesOf, HISTORY_NAME, type HistoryDatabase, type Job, type Picture } from "./database.ts";
import { revive } from "./stored-blob.ts";

/** The one home of the schema. A change is a new version beside the old one, never an edit of it. */
export function openHistory(name = HISTORY_NAME): HistoryDatabase {
  const database = new Dexie(name) as HistoryDatabase;
  database.version(1).stores({
    jobs: "id, createdAt, status",
    pictures: "jobId",
  });
  database
    .version(3)
    .stores({ jobs: "id, createdAt, status, deletedAt, *albumIds", albums: "id" })
    .upgrade(fillIn);
  database
    .version(4)
    .stores({
      jobs: "id, createdAt, status, deletedAt, *albumIds, parentId, request.initImage, request.maskImage",
      inputs: "hash",
    })
    .upgrade(forgetOrigins);
  revive(database);
  return database;
}

/** Until version 4 nothing was kept of where a picture came from. */
async function forgetOrigins(transaction: Transaction): Promise<void> {
  await transaction.table<Job>("jobs").toCollection().modify({ parentId: null });
}

/** Rows of version 1 know nothing of stars, albums and sizes. */
async function fillIn(transaction: Transaction): Promise<void> {
  const bytes = new Map<string, number>();
  await transaction.table<Picture>("pictures").each((picture) => {
    bytes.set(picture.jobId, bytesOf(picture));
  });
  await transaction
    .table<Job>("jobs")
    .toCollection()
    .modify((job) => {
      Object.assign(job, { starred: false, albumIds: [], bytes: bytes.get(job.id) ?? 0 });
    });
}
