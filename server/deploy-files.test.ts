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

test("compose.yaml's settings are ours, and valid once its secrets are filled in", () => {
  const { services } = composeSchema.parse(parse(read("compose.yaml")));
  const environment = services["api"]?.environment ?? {};
  for (const name of Object.keys(environment)) expect(Object.keys(SETTINGS)).toContain(name);
  const filled = Object.fromEntries(
    Object.entries(environment).map(([name, value]) => {
      const isAddress = /URL|ENDPOINT/.test(name);
      const secret = isAddress ? "https://easel.example" : "a-secret-of-some-length";
      return [name, value.startsWith("${") ? secret : value.replace(/\$\{[^}]+\}/g, "a-secret")];
    }),
  );
  expect(parseSettings(filled)).toMatchObject({ WORKERS: 0, TRUSTED_PROXIES: 1, S3_BUCKET: "easel" });
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
  // The server ends within ten seconds (R24): systemd must not be quicker.
  expect(Number(service.get("TimeoutStopSec"))).toBeGreaterThan(10);
});
