import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { physicalCores } from "./physical-cores.ts";

let topology: string;

beforeEach(() => {
  topology = mkdtempSync(join(tmpdir(), "easel-topology-"));
});

afterEach(() => {
  rmSync(topology, { recursive: true });
});

function addProcessor(name: string, siblings: string): void {
  mkdirSync(join(topology, name, "topology"), { recursive: true });
  writeFileSync(join(topology, name, "topology", "thread_siblings_list"), `${siblings}\n`);
}

it("counts two threads of one core once", () => {
  addProcessor("cpu0", "0-1");
  addProcessor("cpu1", "0-1");
  mkdirSync(join(topology, "cpufreq"));
  expect(physicalCores(topology)).toBe(1);
});

it("counts no more than the process may use", () => {
  const many = availableParallelism() + 3;
  for (let cpu = 0; cpu < many; cpu++) addProcessor(`cpu${cpu}`, String(cpu));
  expect(physicalCores(topology)).toBe(availableParallelism());
});

it("takes what Node may use where the system does not tell", () => {
  expect(physicalCores(join(topology, "absent"))).toBe(availableParallelism());
});
