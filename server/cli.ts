/** `npm run easel -- COMMAND`: what an operator does besides starting the server. */
import { parseArgs } from "node:util";
import { EaselError } from "../src/contracts/errors.ts";
import { BACKUP_USAGE, backupCommand, restoreCommand } from "./cli/backup-command.ts";
import { MODEL_OPTIONS, MODEL_USAGE, modelCommand, type ModelOptions } from "./cli/model-command.ts";
import { TOKEN_USAGE, tokenCommand } from "./cli/token-command.ts";
import { UsageError } from "./cli/usage.ts";
import { WORKER_OPTIONS, WORKER_USAGE, workerCommand } from "./cli/worker-command.ts";
import { SettingsError } from "./settings.ts";

const USAGE = `Usage: npm run easel -- COMMAND

  ${WORKER_USAGE}

  ${TOKEN_USAGE}

  ${MODEL_USAGE}

  ${BACKUP_USAGE}
`;

async function main(): Promise<number> {
  const options = { ...WORKER_OPTIONS, ...MODEL_OPTIONS, help: { type: "boolean" } } as const;
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  if (values.help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  const [command, ...rest] = positionals;
  if (command === "worker") return workerCommand(rest, values);
  for (const line of await printed(command, rest, values)) process.stdout.write(`${line}\n`);
  return 0;
}

/** The commands that end by themselves, with what they print. */
function printed(command: string | undefined, rest: string[], values: ModelOptions): Promise<string[]> {
  if (command === "token") return tokenCommand(rest);
  if (command === "backup") return backupCommand(rest);
  if (command === "restore") return restoreCommand(rest);
  if (command === "model") {
    const stopping = new AbortController();
    process.once("SIGINT", () => stopping.abort());
    const say = (line: string) => void process.stderr.write(`${line}\n`);
    return modelCommand(rest, values, { signal: stopping.signal, say });
  }
  throw new UsageError("A command is needed: worker, token, model, backup or restore.");
}

try {
  process.exit(await main());
} catch (error) {
  const wrongOption = error instanceof TypeError && "code" in error;
  if (error instanceof UsageError || wrongOption) process.stderr.write(`${error.message}\n\n${USAGE}`);
  else if (error instanceof EaselError) process.stderr.write(`${error.message} ${error.hint ?? ""}\n`);
  else if (error instanceof SettingsError) process.stderr.write(`${error.message}\n`);
  else throw error;
  process.exit(2);
}
