/** `npm run easel -- <command>`: the command line; `-- --help` says what there is. */
import { buildWhatIsStale } from "./build.mjs";

await buildWhatIsStale((line) => process.stderr.write(`${line}\n`), ["server"]);
await import("../dist/server/cli.js");
