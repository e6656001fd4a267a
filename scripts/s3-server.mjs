/**
 * A true S3-compatible server that checks signatures, for tests: versitygw (Apache-2.0), built by the Go toolchain
 * from the module registry and kept in .cache between runs. Run by itself it serves .cache/s3-data on port 9000.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const VERSION = "v1.8.0";
const MODULE = "github.com/versity/versitygw/cmd/versitygw";
const root = fileURLToPath(new URL("..", import.meta.url));
const program = join(
  root,
  ".cache",
  "s3",
  VERSION,
  process.platform === "win32" ? "versitygw.exe" : "versitygw",
);
const READY_WITHIN_MS = 20_000;

function runQuietly(command, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => (output += String(chunk)));
    child.once("error", reject);
    child.once("close", (status) => resolve({ status, output }));
  });
}

/** Builds the server unless it is there already; the first time takes some minutes. Answers the program's path. */
export async function ensureS3Server() {
  if (existsSync(program)) return program;
  const folder = join(root, ".cache", "s3", VERSION);
  mkdirSync(folder, { recursive: true });
  // Built aside and renamed: two test runs may come here at once.
  const aside = mkdtempSync(join(folder, "build-"));
  const built = await runQuietly("go", ["install", `${MODULE}@${VERSION}`], {
    GOBIN: aside,
    GOFLAGS: "",
  }).catch((error) => {
    if (error.code === "ENOENT")
      throw new Error("The S3 tests need Go, which builds versitygw: install it (Debian: golang).");
    throw error;
  });
  if (built.status !== 0) throw new Error(`versitygw ${VERSION} could not be built:\n${built.output}`);
  renameSync(join(aside, program.endsWith(".exe") ? "versitygw.exe" : "versitygw"), program);
  rmSync(aside, { recursive: true, force: true });
  return program;
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => probe.once("listening", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function untilHealthy(endpoint, child) {
  const until = Date.now() + READY_WITHIN_MS;
  while (Date.now() < until && child.exitCode === null) {
    const response = await fetch(`${endpoint}/health`).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("versitygw did not answer in time.");
}

/**
 * Starts a server with one empty bucket.
 * @returns {Promise<{endpoint: string, bucket: string, region: string, accessKeyId: string, secretAccessKey: string, close: () => Promise<void>}>}
 */
export async function startS3Server({ port, folder } = {}) {
  const path = await ensureS3Server();
  const kept = folder !== undefined;
  const base = folder ?? mkdtempSync(join(tmpdir(), "easel-s3-"));
  const bucket = "easel";
  mkdirSync(join(base, "data", bucket), { recursive: true });
  mkdirSync(join(base, "metadata"), { recursive: true });
  const credentials = { accessKeyId: "easel-tests", secretAccessKey: "a-secret-only-for-tests" };
  const region = "us-east-1";
  const address = `127.0.0.1:${port ?? (await freePort())}`;
  const endpoint = `http://${address}`;
  const args = [
    "--access",
    credentials.accessKeyId,
    "--secret",
    credentials.secretAccessKey,
    "--region",
    region,
  ];
  args.push("--port", address, "--health", "/health", "--quiet");
  args.push("posix", "--sidecar", join(base, "metadata"), join(base, "data"));
  const child = spawn(path, args, { stdio: "ignore" });
  const gone = new Promise((resolve) => child.once("exit", resolve));
  const end = () => child.kill("SIGKILL");
  process.once("exit", end);
  await untilHealthy(endpoint, child);
  return {
    endpoint,
    bucket,
    region,
    ...credentials,
    async close() {
      process.off("exit", end);
      child.kill("SIGTERM");
      await gone;
      if (!kept) rmSync(base, { recursive: true, force: true });
    },
  };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const server = await startS3Server({ port: 9000, folder: join(root, ".cache", "s3-data") });
  process.stdout.write(`S3_ENDPOINT=${server.endpoint}\nS3_BUCKET=${server.bucket}\n`);
  process.stdout.write(
    `S3_ACCESS_KEY_ID=${server.accessKeyId}\nS3_SECRET_ACCESS_KEY=${server.secretAccessKey}\n`,
  );
}
