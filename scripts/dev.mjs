/**
 * `npm run dev`: the app from its sources with hot reload on http://localhost:5173, the server from its sources on
 * PORT (8787). A change to the server or to a text needs a restart.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { compileMessages } from "./compile-messages.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
await compileMessages();
const port = process.env.PORT ?? "8787";
const commands = [["--import", "tsx", "server/supervisor/main.ts"], ["node_modules/vite/bin/vite.js"]];
const children = commands.map((args) =>
  spawn(process.execPath, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, EASEL_API: `http://localhost:${port}` },
  }),
);
// Ctrl-C reaches both by itself; when one ends, the other has no use.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => children.forEach((child) => child.kill("SIGTERM")));
for (const child of children) {
  child.once("exit", (code) => {
    process.exitCode ||= code ?? 0;
    children.forEach((other) => other.kill("SIGTERM"));
  });
}
