import { execFileSync } from "node:child_process";

/**
 * A disk that is full for one process: beyond so many bytes it can write no file (RLIMIT_FSIZE), as on a disk that has
 * no room for more, without a file system of its own, which only root could make.
 */
export function fillDisk(pid: number, bytes: number): void {
  execFileSync("prlimit", ["--pid", String(pid), `--fsize=${bytes}:`]);
}

/** There is room again. */
export function freeDisk(pid: number): void {
  execFileSync("prlimit", ["--pid", String(pid), "--fsize=unlimited:"]);
}
