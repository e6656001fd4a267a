/** `npm run build:static`: the app without a server into dist/static, for any static host (docs/static-hosting.md). */
import { buildWhatIsStale } from "./build.mjs";

await buildWhatIsStale((line) => process.stdout.write(`${line}\n`), ["static"]);
process.stdout.write(
  "dist/static can be put on any static host; docs/static-hosting.md says which headers it wants.\n",
);
