/** Builds what is stale: the app (vite) into dist/app, the server's programs (esbuild) into dist/server. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { gzip as gzipCallback } from "node:zlib";
import { compileMessages } from "./compile-messages.mjs";

const gzip = promisify(gzipCallback);
const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");

/** Everything that a target is made from; tests and type declarations are not. */
const SHARED = ["package-lock.json", "scripts/build.mjs", "tsconfig.base.json"];
/** What sees is part of the page's own build. */
const EYES = "models/easel-eyes";
const PAGE = [
  "vite.config.ts",
  "scripts/compile-ahead.ts",
  "scripts/first-paint.mjs",
  "scripts/screen-chunks.ts",
  "messages",
  "src",
  "workers",
  "public",
  EYES,
];
const APP = [...SHARED, ...PAGE];
const APP_MODEL = "models/easel-mini";
/** As Netlify, Cloudflare Pages and others read it. */
const HOST_HEADERS = "deploy/static/_headers";
const TARGETS = {
  app: { sources: APP, build: buildApp },
  server: { sources: [...SHARED, "server", "src/contracts", "src/core", "src/seeing"], build: buildServer },
  /** The app without a server, as any static host serves it (`npm run build:static`, docs/static-hosting.md). */
  static: { sources: [...APP, APP_MODEL, HOST_HEADERS], build: buildStatic },
};
const SERVED = ["app", "server"];
const PACKS = /\.(?:css|html|js|json|mjs|svg|wasm|webmanifest)$/;

/** The programs of the server; the rest is bundled into them, packages stay outside. */
const PROGRAMS = [
  "supervisor/main",
  "db/embedded-main",
  "api/main",
  "gpu-worker/main",
  "gpu-worker/inference/child",
  "gpu-worker/seeing/child",
  "cli",
];

function filesBelow(path) {
  const absolute = join(root, path);
  if (!existsSync(absolute)) return [];
  let entries;
  try {
    entries = readdirSync(absolute, { withFileTypes: true });
  } catch (error) {
    if (error.code === "ENOTDIR") return [path];
    throw error;
  }
  return entries.flatMap((entry) => filesBelow(join(path, entry.name)));
}

function hashOf(sources) {
  const hash = createHash("sha256");
  const files = sources.flatMap(filesBelow).filter((path) => !/\.test\.ts$|^src.paraglide/.test(path));
  for (const path of files.sort()) {
    hash.update(`${relative(".", path).split(sep).join("/")}\n`);
    hash.update(readFileSync(join(root, path)));
  }
  return hash.digest("hex");
}

function isFresh(name, hash) {
  const stamp = join(dist, `${name}.sources`);
  return existsSync(join(dist, name)) && existsSync(stamp) && readFileSync(stamp, "utf8") === hash;
}

/** A build appears whole: it is made aside and put in place of the old one. */
function putInPlace(aside, name) {
  const old = join(dist, `.old-${name}-${process.pid}`);
  if (existsSync(join(dist, name))) renameSync(join(dist, name), old);
  renameSync(aside, join(dist, name));
  rmSync(old, { recursive: true, force: true });
}

async function buildApp() {
  await compileMessages();
  const aside = join(dist, `.app-${process.pid}`);
  await runVite("app", ["--outDir", aside, "--emptyOutDir"]);
  // After the page: it is neither part of it nor in its service worker's cache.
  await runVite("private link's page", [
    "--outDir",
    aside,
    "--config",
    "src/share/private-page/vite.config.ts",
  ]);
  await Promise.all(
    filesBelow(relative(root, aside))
      .filter((path) => PACKS.test(path))
      .map(pack),
  );
  putInPlace(aside, "app");
}

/** A third of the bytes for who takes them so: server/api/static/send-file.ts sends what lies beside the file. */
async function pack(path) {
  const bytes = readFileSync(join(root, path));
  writeFileSync(join(root, `${path}.gz`), await gzip(bytes, { level: path.endsWith(".wasm") ? 5 : 9 }));
}

/** The app's own model lies beside the page, and what the host should send with each file is said in `_headers`. */
async function buildStatic() {
  await compileMessages();
  const aside = join(dist, `.static-${process.pid}`);
  await runVite("app without a server", ["--mode", "static", "--outDir", aside, "--emptyOutDir"]);
  const manifest = join(APP_MODEL, "manifest.json");
  const { files } = JSON.parse(readFileSync(join(root, manifest), "utf8"));
  for (const path of [manifest, ...files.map((file) => join(APP_MODEL, file.path))]) {
    mkdirSync(dirname(join(aside, path)), { recursive: true });
    copyFileSync(join(root, path), join(aside, path));
  }
  copyFileSync(join(root, HOST_HEADERS), join(aside, "_headers"));
  putInPlace(aside, "static");
}

async function runVite(what, options) {
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  const args = [vite, "build", ...options, "--logLevel", "warn"];
  let output = "";
  const status = await new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => (output += String(chunk)));
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (status !== 0) throw new Error(`The ${what} could not be built:\n${output}`);
}

async function buildServer() {
  const { build } = await import("esbuild");
  const aside = join(dist, `.server-${process.pid}`);
  await build({
    entryPoints: PROGRAMS.map((program) => join(root, "server", `${program}.ts`)),
    outbase: join(root, "server"),
    outdir: aside,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: true,
    logLevel: "warning",
  });
  putInPlace(aside, "server");
}

/** Builds the stale targets, side by side; `say` gets a line for people when there is something to build. */
export async function buildWhatIsStale(say = () => {}, names = SERVED) {
  mkdirSync(dist, { recursive: true });
  const stale = Object.entries(TARGETS)
    .filter(([name]) => names.includes(name))
    .map(([name, target]) => ({ name, ...target, hash: hashOf(target.sources) }))
    .filter(({ name, hash }) => !isFresh(name, hash));
  if (stale.length === 0) return;
  say(
    `Building ${stale.map(({ name }) => `the ${name === "static" ? "app without a server" : name}`).join(" and ")}, once for this version ...`,
  );
  await Promise.all(
    stale.map(async ({ name, hash, build }) => {
      await build();
      writeFileSync(join(dist, `${name}.sources`), hash);
    }),
  );
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await buildWhatIsStale((line) => process.stdout.write(`${line}\n`));
}
