import { createHash } from "node:crypto";
import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { SEEING_MANIFEST } from "../../src/contracts/seeing-manifest.ts";
import type { SafetyRule } from "../../src/contracts/safety.ts";
import type { SeeingTask } from "../../src/contracts/prediction.ts";
import { packageRoot } from "../package-root.ts";

const TASKS = {
  vit: "image-classification",
  resnet: "image-classification",
  detr: "object-detection",
  yolos: "object-detection",
  conditional_detr: "object-detection",
} as const satisfies Record<string, SeeingTask>;

/**
 * Puts a random classifier or detector of models/tiny/seeing into a data folder, as an installed model.
 *
 * @param change what is done to its files before they are hashed
 * @param unsafe makes a classifier the safety model, by this rule
 */
export function installTinySeeing(
  dataFolder: string,
  name: keyof typeof TASKS,
  change: (folder: string) => void = () => {},
  unsafe?: SafetyRule,
): string {
  const folder = join(dataFolder, "models", `tiny-${name}`);
  cpSync(packageRoot("models/tiny/seeing", name), folder, { recursive: true });
  change(folder);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile())
    .map((path) => {
      const bytes = readFileSync(path);
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      return { path: relative(folder, path), size: bytes.byteLength, sha256 };
    });
  const lines = files.map(({ path, sha256 }) => `${path} ${sha256}\n`).sort();
  const manifest = {
    id: `tiny/${name}`,
    name,
    ...(unsafe === undefined ? { task: TASKS[name] } : { task: "image-safety", unsafe }),
    revision: "1",
    description: "Random weights.",
    licence: { id: "Apache-2.0" },
    digest: createHash("sha256").update(lines.join("")).digest("hex"),
    files,
  };
  writeFileSync(join(folder, SEEING_MANIFEST), JSON.stringify(manifest));
  return folder;
}
