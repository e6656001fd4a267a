/** `npm start`: builds what is stale, then runs the whole server in this process and its children. */
import { buildWhatIsStale } from "./build.mjs";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`Easel needs Node.js 20.19 or newer; this is ${process.versions.node}.\n`);
  process.exit(1);
}

try {
  await buildWhatIsStale((line) => process.stdout.write(`${line}\n`));
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
await import("../dist/server/supervisor/main.js");
