import { readFileSync } from "node:fs";
import type { Program } from "../supervisor/program.ts";

/** The processes that a process has started and that still run (Linux). */
export function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return text === "" ? [] : text.split(" ").map(Number);
}

/** A supervisor's children that run a program; none while one waits to be started again. */
export function runningPrograms(supervisor: number, program: Program): number[] {
  return childrenOf(supervisor).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(program);
    } catch {
      return false;
    }
  });
}
