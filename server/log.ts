import { pino, type Logger } from "pino";

export type { Logger };

/** One JSON line an event on standard error; standard output belongs to the lines meant for people. */
export function createLog(level: string, part: string): Logger {
  return pino({ level, base: { part } }, pino.destination({ dest: 2, sync: true }));
}
