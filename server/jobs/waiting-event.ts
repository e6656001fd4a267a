import type { ProgressWire } from "../../src/contracts/progress.ts";

/**
 * The stored form of `queued`. Where a picture stands changes without its doing, so the position is worked out when
 * it is told, not when it is written.
 */
export const WAITING_EVENT: Extract<ProgressWire, { type: "queued" }> = {
  type: "queued",
  position: 0,
  eta_seconds: null,
};
