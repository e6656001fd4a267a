import { callApi } from "../../generation/api.ts";
import { HAS_SERVER } from "../../generation/has-server.ts";
import type { Job } from "../../history/database.ts";

/** A deleted picture's links and its copy on the server go too; a server that is away keeps them until they expire. */
export async function forgetOnServer(job: Job): Promise<void> {
  if (!HAS_SERVER) return;
  if (job.shares.length > 0) {
    const { revokeShare } = await import("../../share/share-picture.ts");
    for (const share of job.shares) await revokeShare(share).catch(() => undefined);
  }
  if (job.generatedImageId === null) return;
  await callApi(`/api/generated-images/${job.generatedImageId}`, { method: "DELETE" }).catch(() => undefined);
}
