import type { TestProject } from "vitest/node";
import type {} from "./provided.ts";
import { FaultHub } from "./fault-hub.ts";

/** For the browser tests: one hub for them all, whose address they ask for with `inject("hub")`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const hub = await FaultHub.start(new Map([["easel/tiny-sd", "models/tiny/sd"]]));
  project.provide("hub", hub.url);
  project.provide("soak", process.env.EASEL_SOAK === "1");
  return () => hub.stop();
}
