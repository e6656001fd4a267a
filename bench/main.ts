import { benchOverhead } from "./overhead.ts";

process.exitCode = (await benchOverhead()) ? 0 : 1;
