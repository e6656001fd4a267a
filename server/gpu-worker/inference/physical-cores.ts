import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";

const TOPOLOGY = "/sys/devices/system/cpu";

/**
 * How many cores this process may compute on. Two threads of one core share its arithmetic units, so they count once,
 * where the system tells (Linux); elsewhere, and within a narrower affinity, the processors that Node may use.
 */
export function physicalCores(topology = TOPOLOGY): number {
  const allowed = availableParallelism();
  const cores = new Set(siblingLists(topology));
  return cores.size === 0 ? allowed : Math.min(cores.size, allowed);
}

/** For each processor the list of those on the same core, such as `0,4` or `0-1`. */
function siblingLists(topology: string): string[] {
  try {
    return readdirSync(topology)
      .filter((name) => /^cpu\d+$/.test(name))
      .map((name) => readFileSync(join(topology, name, "topology", "thread_siblings_list"), "utf8").trim());
  } catch {
    return [];
  }
}
