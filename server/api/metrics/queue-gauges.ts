import { count, eq, gt, min, sql } from "drizzle-orm";
import type { Database } from "../../db/connect.ts";
import { generatedImages, orphanObjects, workers } from "../../db/schema.ts";
import { WORKER_LIVE_SECONDS } from "../../jobs/queue-position.ts";

function line(name: string, labels: Record<string, string>, value: number): string {
  const pairs = Object.entries(labels).map(
    ([label, text]) =>
      `${label}="${text.replace(/[\\"\n]/g, (character) => (character === "\n" ? "\\n" : `\\${character}`))}"`,
  );
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}`;
}

function gauge(name: string, help: string, lines: string[]): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...lines];
}

/** What the database knows, the same on every API server; read when asked for. */
export async function queueGauges(database: Database): Promise<string> {
  const waiting = await database
    .select({
      model: generatedImages.model,
      count: count(),
      oldest: sql<number>`extract(epoch from now() - ${min(generatedImages.createdAt)})::float8`,
    })
    .from(generatedImages)
    .where(eq(generatedImages.status, "queued"))
    .groupBy(generatedImages.model);
  const running = await database
    .select({ model: generatedImages.model, count: count() })
    .from(generatedImages)
    .where(eq(generatedImages.status, "running"))
    .groupBy(generatedImages.model);
  const [live] = await database
    .select({ count: count() })
    .from(workers)
    .where(gt(workers.lastSeenAt, sql`now() - ${WORKER_LIVE_SECONDS} * interval '1 second'`));
  const [undeleted] = await database
    .select({ count: count() })
    .from(orphanObjects)
    .where(gt(orphanObjects.tries, 0));
  return [
    ...gauge(
      "easel_queue_waiting",
      "Waiting pictures.",
      waiting.map(({ model, count: value }) => line("easel_queue_waiting", { model }, value)),
    ),
    ...gauge(
      "easel_queue_oldest_seconds",
      "How long the oldest waiting picture has waited.",
      waiting.map(({ model, oldest }) => line("easel_queue_oldest_seconds", { model }, oldest)),
    ),
    ...gauge(
      "easel_jobs_running",
      "Pictures that are being drawn.",
      running.map(({ model, count: value }) => line("easel_jobs_running", { model }, value)),
    ),
    ...gauge("easel_workers_live", "Workers that were heard of within a minute.", [
      line("easel_workers_live", {}, live?.count ?? 0),
    ]),
    ...gauge("easel_objects_undeleted", "Objects that nothing needs and that could not be deleted yet.", [
      line("easel_objects_undeleted", {}, undeleted?.count ?? 0),
    ]),
    "",
  ].join("\n");
}
