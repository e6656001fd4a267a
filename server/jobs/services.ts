import type { GeneratedImageWire } from "../../src/contracts/generated-image.ts";
import type { Connection } from "../db/connect.ts";
import type { Logger } from "../log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { ModelShelf } from "../models/model-shelf.ts";
import type { SeeingShelf } from "../models/seeing-shelf.ts";
import type { Settings } from "../settings.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import type { DrawQueue } from "./draw-queue.ts";
import type { Notifier } from "./notify.ts";
import type { PictureFeeds } from "./picture-feeds.ts";
import type { Presence } from "./presence.ts";
import type { HandOver } from "./seeing/hand-over.ts";
import type { SeeingPresence } from "./seeing/presence.ts";
import type { KeepSeen, LookBefore } from "./seeing/results.ts";
import type { Submissions } from "./submissions.ts";
import type { WakeHub } from "./wake.ts";

/** What the API's routes work with; made once at the start. */
export interface Services {
  settings: Settings;
  connection: Connection;
  store: ObjectStore;
  queue: DrawQueue;
  submissions: Submissions<GeneratedImageWire>;
  /** By the hash of its token; undefined: nobody has it. */
  ownerOfToken: (
    tokenHash: string,
  ) => Promise<{ id: string; accessName: string | null; revokedAt: Date | null } | undefined>;
  hub: WakeHub;
  notifier: Notifier;
  presence: Presence;
  feeds: PictureFeeds;
  models: ModelShelf;
  seeing: SeeingShelf;
  seeingPresence: SeeingPresence;
  handOver: HandOver;
  lookBefore: LookBefore;
  keepSeen: KeepSeen;
  log: Logger;
  metrics: Metrics;
  workerToken: string;
  adminToken: string;
  /** Aborts when the server is told to stop: streams and long polls end then. */
  stopping: AbortSignal;
}
