import { LIMITS } from "../../contracts/request-limits.ts";
import type { GenerationRequest } from "../../contracts/request.ts";

/**
 * A batch of `count` pictures as requests of one picture each, with one `batchId`: picture i has the seed `seed + i`,
 * counted on from 0 after the largest, so that each can be drawn again alone.
 */
export function expandBatch(request: GenerationRequest, count: number, batchId: string): GenerationRequest[] {
  return Array.from({ length: count }, (_, i) => ({
    ...request,
    batchId,
    seed: (request.seed + i) % (LIMITS.maxSeed + 1),
  }));
}
