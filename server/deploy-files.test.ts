import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { packageRoot } from "./package-root.ts";
import { parseSettings, SETTINGS } from "./settings.ts";

const read = (...path: string[]) => readFileSync(packageRoot(...path), "utf8");
const names = z.record(z.string().regex(/^[A-Z0-9_]+$/), z.string());

/** As much of the Compose Specification as our file uses, and not a field more: a misspelt one fails. */
const serviceSchema = z
  .strictObject({
    image: z
      .string()
      .regex(/^[\w./-]+:[\w.-]*\d[\w.-]*$/, "An image names its version.")
      .optional(),
    build: z.strictObject({ context: z.string(), dockerfile: z.string() }).optional(),
    command: z.array(z.string()).optional(),
    restart: z.literal("unless-stopped").optional(),
    stop_grace_period: z
      .string()
      .regex(/^\d+s$/)
      .optional(),
    depends_on: z
      .record(
        z.string(),
        z.strictObject({ condition: z.enum(["service_healthy", "service_completed_successfully"]) }),
      )
      .optional(),
    ports: z
      .array(z.string().regex(/^127\.0\.0\.1:\d+:\d+$/, "Only the reverse proxy is in public."))
      .optional(),
    env_file: z.array(z.strictObject({ path: z.literal(".env"), required: z.literal(false) })).optional(),
    environment: names.optional(),
    volumes: z.array(z.string().regex(/^[a-z0-9]+:\/[\w/]+(:ro)?$/)).optional(),
    healthcheck: z
      .strictObject({
        test: z.array(z.string()).min(2),
        interval: z.string(),
        timeout: z.string(),
        retries: z.number().int(),
        start_period: z.string().optional(),
      })
      .optional(),
  })
  .refine(({ image, build }) => (image === undefined) !== (build === undefined), "An image or a build.");
const composeSchema = z.strictObject({
  name: z.string(),
  services: z.record(z.string(), serviceSchema),
  volumes: z.record(z.string(), z.null()),
});

test("compose.yaml has its form, and names nothing that is not there", () => {
  const compose = composeSchema.parse(parse(read("compose.yaml")));
  const { services } = compose;
  expect(Object.keys(services).sort()).toEqual(["api", "bucket", "postgres", "s3", "worker"]);
  for (const { build, depends_on: needs = {}, volumes = [] } of Object.values(services)) {
    if (build !== undefined) expect(existsSync(packageRoot(build.context, build.dockerfile))).toBe(true);
    for (const volume of volumes) expect(compose.volumes).toHaveProperty(volume.split(":")[0] ?? "");
    for (const [name, { condition }] of Object.entries(needs)) {
      expect(services).toHaveProperty(name);
      if (condition === "service_healthy") expect(services[name]?.healthcheck).toBeDefined();
    }
  }
});

/** As Compose fills in what `.env` holds: an empty value counts as none after `:-` and `:?`. */
function filledIn(environment: Record<string, string>, written: Record<string, string>) {
  const fill = (value: string) =>
    value.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, kind?: string, word?: string) => {
      const given = written[name] ?? "";
      return given === "" && kind === "-" ? (word ?? "") : given;
    });
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, fill(value)]));
}

test("every setting that an operator writes into .env reaches the API; compose.yaml's own are few", () => {
  const { api, worker } = composeSchema.parse(parse(read("compose.yaml"))).services;
  const written = Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, "as written"]));
  const reaching = {
    ...(api?.env_file === undefined ? {} : written),
    ...filledIn(api?.environment ?? {}, written),
  };
  const own = Object.keys(SETTINGS).filter((name) => reaching[name] !== "as written");
  const ofTheStack = ["DATABASE_URL", "S3_ENDPOINT", "S3_BUCKET"];
  expect(own.sort()).toEqual([...ofTheStack, "DATA_DIR", "EASEL_TLS", "HOST", "PORT", "WORKERS"].sort());
  const drawing = ["EASEL_PROVIDER", "LOG_LEVEL", "WARM_MODELS_MB"];
  expect(filledIn(worker?.environment ?? {}, written)).toEqual(
    Object.fromEntries(drawing.map((name) => [name, "as written"])),
  );
});

test("compose.yaml's settings are ours, and valid once its secrets are filled in", () => {
  const { services } = composeSchema.parse(parse(read("compose.yaml")));
  const environment = services["api"]?.environment ?? {};
  for (const name of Object.keys(environment)) expect(Object.keys(SETTINGS)).toContain(name);
  const needed = [...read("compose.yaml").matchAll(/\$\{(\w+):\?/g)].map(
    ([, name = ""]) =>
      [name, /URL|ENDPOINT/.test(name) ? "https://easel.example" : "a-secret-of-some-length"] as const,
  );
  expect(parseSettings(filledIn(environment, Object.fromEntries(needed)))).toMatchObject({
    WORKERS: 0,
    TRUSTED_PROXIES: 1,
    S3_BUCKET: "easel",
  });
  expect(services["worker"]?.command?.slice(0, 3)).toEqual(["node", "scripts/easel.mjs", "worker"]);
});

test("the systemd unit has its form and starts what is there", () => {
  const sections = new Map<string, [string, string][]>();
  let entries: [string, string][] = [];
  for (const line of read("deploy/easel.service").split("\n")) {
    const section = /^\[(\w+)\]$/.exec(line)?.[1];
    const entry = /^(\w+)=(.+)$/.exec(line);
    if (section !== undefined) sections.set(section, (entries = []));
    else if (entry !== null) entries.push([entry[1] ?? "", entry[2] ?? ""]);
    else expect(line).toMatch(/^(#.*)?$/);
  }
  expect([...sections.keys()]).toEqual(["Unit", "Service", "Install"]);
  const service = new Map(sections.get("Service"));
  const [program, script = ""] = service.get("ExecStart")?.split(" ") ?? [];
  expect(program).toBe("/usr/bin/node");
  expect(existsSync(packageRoot(script))).toBe(true);
  expect(service.get("UMask")).toBe("0077");
  expect(service.get("StateDirectoryMode")).toBe("0700");
  // The server ends within ten seconds (R24): systemd must not be quicker.
  expect(Number(service.get("TimeoutStopSec"))).toBeGreaterThan(10);
});
