import { benchAgainstDiffusers } from "./against-diffusers.ts";
import { benchOverhead } from "./overhead.ts";

const kept = [await benchOverhead(), benchAgainstDiffusers()];
process.exitCode = kept.every(Boolean) ? 0 : 1;
