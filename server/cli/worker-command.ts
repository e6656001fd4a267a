import { spawn } from "node:child_process";
import { programArguments } from "../supervisor/program.ts";
import { UsageError } from "./usage.ts";

export const WORKER_USAGE = `worker --server URL --token TOKEN [--provider cpu|cuda|webgpu] [--data DIR]
    Starts a GPU worker for a server elsewhere. TOKEN is the server's EASEL_WORKER_TOKEN,
    or what its DATA_DIR/secrets/worker-token holds. DIR/models may hold more models.`;

export const WORKER_OPTIONS = {
  server: { type: "string" },
  token: { type: "string" },
  provider: { type: "string" },
  data: { type: "string" },
} as const;

/** `easel worker`: runs until the worker ends; answers its status. */
export async function workerCommand(
  positionals: readonly string[],
  values: { server?: string; token?: string; provider?: string; data?: string },
): Promise<number> {
  if (positionals.length > 0) throw new UsageError(`worker takes no ${positionals[0] ?? ""}.`);
  if (values.server === undefined || !URL.canParse(values.server))
    throw new UsageError("--server needs the server's address.");
  if (values.token === undefined) throw new UsageError("--token needs the worker token.");

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
  return new Promise((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
}
