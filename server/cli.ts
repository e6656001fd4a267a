/** `npm run easel -- worker --server URL --token TOKEN [--provider cpu|cuda|webgpu] [--data DIR]` */
import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { programArguments } from "./supervisor/program.ts";

const USAGE = `Usage:
  npm run easel -- worker --server URL --token TOKEN [--provider cpu|cuda|webgpu] [--data DIR]

Starts a GPU worker for a server elsewhere. TOKEN is the server's EASEL_WORKER_TOKEN,
or what its DATA_DIR/secrets/worker-token holds. DIR/models may hold more models.
`;

function fail(reason: string): never {
  process.stderr.write(`${reason}\n\n${USAGE}`);
  process.exit(2);
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        server: { type: "string" },
        token: { type: "string" },
        provider: { type: "string" },
        data: { type: "string" },
        help: { type: "boolean" },
      },
    });
  } catch (error) {
    fail((error as Error).message);
  }
}

const { values, positionals } = readArguments();
if (values.help === true) {
  process.stdout.write(USAGE);
  process.exit(0);
}
if (positionals.length !== 1 || positionals[0] !== "worker") fail("The one command so far is: worker.");
if (values.server === undefined || !URL.canParse(values.server)) fail("--server needs the server's address.");
if (values.token === undefined) fail("--token needs the worker token.");

const child = spawn(process.execPath, programArguments("gpu-worker/main"), {
  env: {
    ...process.env,
    EASEL_SERVER_URL: values.server,
    EASEL_WORKER_TOKEN: values.token,
    ...(values.provider === undefined ? {} : { EASEL_PROVIDER: values.provider }),
    ...(values.data === undefined ? {} : { DATA_DIR: values.data }),
  },
  stdio: "inherit",
});
// Ctrl-C reaches the worker by itself; SIGTERM must be handed on.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.once("exit", (code) => process.exit(code ?? 1));
