import { setMaxListeners } from "node:events";
import { generatedImageSchema } from "../../src/contracts/generated-image.ts";
import type { Logger } from "../log.ts";
import { connect } from "../db/connect.ts";
import { DrawQueue } from "../jobs/draw-queue.ts";
import { Notifier } from "../jobs/notify.ts";
import { PictureFeeds } from "../jobs/picture-feeds.ts";
import { Presence } from "../jobs/presence.ts";
import { HandOver } from "../jobs/seeing/hand-over.ts";
import { SeeingPresence } from "../jobs/seeing/presence.ts";
import { keepingSeen, lookingBefore } from "../jobs/seeing/results.ts";
import type { Services } from "../jobs/services.ts";
import { Submissions } from "../jobs/submissions.ts";
import { WakeHub } from "../jobs/wake.ts";
import { Metrics } from "../metrics/metrics.ts";
import { watchedStore } from "../metrics/watched-store.ts";
import { ModelShelf, modelFolders } from "../models/model-shelf.ts";
import { SeeingShelf } from "../models/seeing-shelf.ts";
import { keptSecret } from "../secrets.ts";
import type { Settings } from "../settings.ts";
import { openStore } from "../storage/open-store.ts";
import { resourceOf } from "./generated-images/resource.ts";
import { ownerLookup } from "./owners/owner-lookup.ts";

/**
 * Connects to everything that the API works with. The database is migrated already. Several API servers may share
 * it unless it is the embedded one.
 */
export async function openServices(
  settings: Settings,
  log: Logger,
  terms: { databaseUrl: string; embedded: boolean; stopping: AbortSignal; modelFolders?: readonly string[] },
): Promise<{ services: Services; close: () => Promise<void> }> {
  // Every open stream and every waiting claim listens to it: there may be many.
  setMaxListeners(0, terms.stopping);
  // The embedded database does one thing at a time: more connections would only each prepare the same statements.
  const connection = connect(terms.databaseUrl, terms.embedded ? 2 : undefined);
  const hub = new WakeHub();
  const notifier = new Notifier(hub, connection, terms.embedded);
  const queue = new DrawQueue(terms.databaseUrl, log);
  const metrics = new Metrics();
  const store = watchedStore(await openStore(settings, log), metrics);
  await queue.start();
  await notifier.listen();
  const submissions = new Submissions(
    { connection, queue, notifier, settings },
    { of: resourceOf, kept: (reply) => generatedImageSchema.parse(reply) },
  );
  const folders = terms.modelFolders ?? modelFolders(settings.DATA_DIR);
  const services: Services = {
    settings,
    connection,
    store,
    queue,
    submissions,
    ownerOfToken: ownerLookup(connection),
    hub,
    notifier,
    presence: new Presence(connection),
    feeds: new PictureFeeds(connection, hub, { log, stopping: terms.stopping }),
    models: new ModelShelf(folders),
    seeing: new SeeingShelf(folders),
    seeingPresence: new SeeingPresence(connection),
    handOver: new HandOver(hub),
    lookBefore: lookingBefore(connection),
    keepSeen: keepingSeen(connection),
    log,
    metrics,
    workerToken: settings.EASEL_WORKER_TOKEN ?? keptSecret(settings.DATA_DIR, "worker-token"),
    adminToken: settings.EASEL_ADMIN_TOKEN ?? keptSecret(settings.DATA_DIR, "admin-token"),
    stopping: terms.stopping,
  };
  return {
    services,
    async close() {
      await queue.stop();
      await connection.close();
    },
  };
}
