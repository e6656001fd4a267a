import { EaselError } from "../../../src/contracts/errors.ts";
import { MOST_LABELS } from "../../../src/contracts/prediction.ts";
import { findUnsafe } from "../../../src/seeing/safety.ts";
import { see } from "../../jobs/seeing/ask.ts";
import type { Services } from "../../jobs/services.ts";
import { safetyOf } from "../../models/seeing-shelf.ts";

/**
 * Has a worker look at a picture before a link shows it, where this server has a safety model.
 *
 * @param signal aborts when whoever asked has gone
 * @throws EaselError `unsafe_picture`; and what goes wrong in looking, since nothing is shown unseen
 */
export async function requireSafe(
  services: Services,
  ownerId: string,
  picture: { bytes: Uint8Array; contentType: string },
  signal: AbortSignal,
): Promise<void> {
  const safety = safetyOf(services.seeing);
  if (safety === undefined) return;
  const model = { task: "image-safety", digest: safety.digest } as const;
  // All labels: the unsafe ones' shares are added.
  const input = { ...picture, labels: MOST_LABELS };
  const { seen } = await see(services, { ownerId, model, input }, signal);
  const found = findUnsafe(seen, safety);
  if (found === null) return;
  throw new EaselError(
    "unsafe_picture",
    `The safety model of this server calls the picture unsafe (${found.label}, ${Math.round(100 * found.score)} %); it gets no link here.`,
    { hint: "Share another picture." },
  );
}
