import { packageRoot } from "../package-root.ts";

/** The programs of a server, by their path below server/ without its extension. */
export type Program = "db/embedded-main" | "api/main" | "gpu-worker/main";

/** How to start a program: from dist/server when this is the built server, else from the sources through tsx. */
export function programArguments(program: Program): string[] {
  if (!import.meta.url.endsWith(".ts")) return [packageRoot("dist/server", `${program}.js`)];
  return ["--import", import.meta.resolve("tsx"), packageRoot("server", `${program}.ts`)];
}
