import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { z } from "zod";

const flag = z.enum(["true", "false", "1", "0"]).transform((text) => text === "true" || text === "1");
const count = (max: number) => z.coerce.number().int().min(0).max(max);
const port = z.coerce.number().int().min(0).max(65_535);
const address = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ""));
const token = z.string().min(16, "A token has at least 16 characters.");

interface Setting<Schema extends z.ZodType = z.ZodType> {
  schema: Schema;
  /** One line for the README's table. */
  description: string;
  /** As written in the environment; undefined: unset. */
  fallback: string | undefined;
}

function setting<Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  fallback?: string,
): Setting<Schema> {
  return { schema, description, fallback };
}

/** Every setting of the server, in the order of the README's table. */
export const SETTINGS = {
  PORT: setting(port, "The port of the app and the API.", "8787"),
  HOST: setting(
    z.string(),
    "The address to listen on; 0.0.0.0 lets other devices in your network in.",
    "127.0.0.1",
  ),
  PUBLIC_URL: setting(address.optional(), "The address that others reach: it makes every absolute link."),
  EASEL_TLS: setting(
    z.string().transform((said) => (said === "off" || said === "self" ? said : resolve(said))),
    "off: http, for this machine or behind a proxy; self: https by a local certificate authority; or a PEM file's path.",
    "off",
  ),
  EASEL_TLS_KEY: setting(
    z
      .string()
      .transform((path) => resolve(path))
      .optional(),
    "The path of the private key, where it is not in EASEL_TLS's file.",
  ),
  DATA_DIR: setting(
    z.string().transform((path) => resolve(path)),
    "The embedded database, objects on disk, tokens, models.",
    "./data",
  ),
  DATABASE_URL: setting(
    z.string().startsWith("postgres").optional(),
    "A Postgres to use in place of the embedded one.",
  ),
  S3_ENDPOINT: setting(address.optional(), "The S3 store's address; unset with S3_BUCKET set: AWS."),
  S3_PUBLIC_ENDPOINT: setting(address.optional(), "Where browsers reach the store, if elsewhere."),
  S3_BUCKET: setting(z.string().optional(), "The bucket; setting it moves objects from the disk to S3."),
  S3_REGION: setting(z.string(), "The bucket's region.", "us-east-1"),
  S3_ACCESS_KEY_ID: setting(z.string().optional(), "Credentials; unset: the AWS SDK's own ways."),
  S3_SECRET_ACCESS_KEY: setting(z.string().optional(), "Credentials."),
  S3_FORCE_PATH_STYLE: setting(
    flag,
    "Put the bucket into the path, as most stores other than AWS need.",
    "true",
  ),
  EASEL_ACCESS: setting(
    z.enum(["open", "token"]),
    "open: every device is let in; token: only who has a token of `easel token add`.",
    "open",
  ),
  EASEL_WORKER_TOKEN: setting(token.optional(), "What GPU workers show; made into DATA_DIR when unset."),
  EASEL_ADMIN_TOKEN: setting(token.optional(), "What administration shows; made into DATA_DIR when unset."),
  EASEL_METRICS_TOKEN: setting(token.optional(), "What /metrics asks for; unset: the admin token."),
  WORKERS: setting(count(64), "GPU worker processes on this machine; 0: none.", "1"),
  EASEL_PROVIDER: setting(z.enum(["cpu", "cuda", "webgpu"]), "What the local GPU workers run on.", "cpu"),
  WARM_MODELS_MB: setting(
    count(10_000_000),
    "Megabytes of models that a GPU worker keeps loaded; the one drawn with last always stays.",
    "4000",
  ),
  MAX_QUEUED_PER_OWNER: setting(count(1_000_000), "Waiting pictures that one owner may have.", "50"),
  MAX_QUEUED: setting(count(10_000_000), "Waiting pictures in all.", "10000"),
  MAX_QUEUED_PER_ADDRESS: setting(
    count(1_000_000),
    "Waiting pictures of one network address (not of this machine), whoever asked; 0: any number.",
    "200",
  ),
  RATE_PER_OWNER: setting(
    count(1_000_000),
    "Requests a minute that one owner may make; 0: any number.",
    "600",
  ),
  RATE_PER_ADDRESS: setting(
    count(1_000_000),
    "The same for one network address (an IPv6 /64 counts as one).",
    "1200",
  ),
  TRUSTED_PROXIES: setting(
    count(10),
    "Proxies in front of the server: as many addresses of X-Forwarded-For are believed.",
    "0",
  ),
  COMPAT_WAIT_SECONDS: setting(
    z.coerce.number().int().min(1).max(86_400),
    "How long a request of OpenAI's or AUTOMATIC1111's interface waits for its pictures.",
    "600",
  ),
  SEEING_WAIT_SECONDS: setting(
    z.coerce.number().int().min(1).max(600),
    "How long a request for what is in a picture or a text waits for a worker.",
    "30",
  ),
  KEEP_PICTURES_DAYS: setting(
    count(36_500),
    "Days after which a picture is deleted from the server; 0: kept for ever.",
    "0",
  ),
  KEEP_UPLOADS_DAYS: setting(count(36_500), "The same for completed uploads.", "0"),
  KEEP_DOCUMENTS_DAYS: setting(count(36_500), "The same for documents that were looked through.", "0"),
  SHARES_OUTLIVE: setting(
    flag,
    "Links stay when KEEP_PICTURES_DAYS deletes their picture; false: they go with it.",
    "true",
  ),
  PRIVATE_LINKS: setting(
    flag,
    "Links to pictures that are encrypted in the browser; false: none, since nobody could look at them.",
    "true",
  ),
  QUOTA_PER_OWNER_MB: setting(
    count(100_000_000),
    "Megabytes of pictures, uploads and documents that one owner may have on the server; 0: any number.",
    "0",
  ),
  HF_ENDPOINT: setting(address, "The hub that `easel model add` gets models from.", "https://huggingface.co"),
  HF_TOKEN: setting(
    z.string().optional(),
    "Of an account on the hub, for models that ask for one; sent to the hub alone.",
  ),
  RESULT_CACHE: setting(
    flag,
    "Answer an identical request with a fixed seed with the picture that is there already.",
    "true",
  ),
  RESULT_URL_SECONDS: setting(
    z.coerce.number().int().min(1).max(604_800),
    "How long a result's URL lives.",
    "3600",
  ),
  LOG_PROMPTS: setting(flag, "Write prompts into the log, at level info.", "false"),
  LOG_LEVEL: setting(
    z.enum(["debug", "info", "warn", "error", "silent"]),
    "How much is logged, as lines of JSON on standard error.",
    "warn",
  ),
} as const;

export type Settings = { [Name in keyof typeof SETTINGS]: z.output<(typeof SETTINGS)[Name]["schema"]> };

/** Thrown for settings that cannot be used; its message lists every one of them. */
export class SettingsError extends Error {}

/** Validates an environment. An empty value counts as unset. */
export function parseSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const problems: string[] = [];
  const entries = Object.entries(SETTINGS).map(([name, { schema, fallback, description }]) => {
    const given = environment[name];
    const value = given === undefined || given === "" ? fallback : given;
    const parsed = (schema as z.ZodType).safeParse(value);
    if (!parsed.success) {
      const reasons = parsed.error.issues.map((issue) => issue.message).join("; ");
      problems.push(`${name}=${value ?? ""}: ${reasons} (${description})`);
    }
    return [name, parsed.data] as const;
  });
  const settings = Object.fromEntries(entries) as Settings;
  if (problems.length === 0 && settings.S3_ENDPOINT !== undefined && settings.S3_BUCKET === undefined) {
    problems.push("S3_BUCKET: S3_ENDPOINT is set, so the bucket's name is needed too.");
  }
  if (problems.length > 0) {
    throw new SettingsError(
      `These settings can't be used:\n${problems.map((line) => `  ${line}`).join("\n")}`,
    );
  }
  return settings;
}

/** The process's environment over the `.env` file in `folder`; the environment wins. */
export function readSettings(folder = process.cwd()): Settings {
  const file = join(folder, ".env");
  const written = existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {};
  return parseSettings({ ...written, ...process.env });
}
