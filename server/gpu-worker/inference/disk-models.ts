import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { toCamel } from "../../../src/contracts/casing.ts";
import { EaselError } from "../../../src/contracts/errors.ts";
import { manifestSchema, type Manifest } from "../../../src/contracts/model.ts";
import type { ModelFiles } from "../../../src/core/model-files.ts";

/** A model in a folder; every file is checked against the manifest's SHA-256 when it is read. */
export async function openDiskModel(folder: string): Promise<ModelFiles> {
  const manifest = toCamel(
    manifestSchema.parse(JSON.parse(await readFile(join(folder, "manifest.json"), "utf8"))),
  );
  return listedFiles(folder, manifest);
}

/** The files of a model of whatever kind that lie in a folder, each checked against its SHA-256 when it is read. */
export function listedFiles<Listed extends Pick<Manifest, "id" | "files">>(
  folder: string,
  manifest: Listed,
): { manifest: Listed } & Required<Pick<ModelFiles, "read" | "locate">> {
  const expectedOf = (path: string) => {
    const expected = manifest.files.find((file) => file.path === path);
    if (expected === undefined)
      throw new EaselError("model_corrupt", `${manifest.id} lists no file ${path}.`);
    return expected;
  };
  return {
    manifest,
    async read(path) {
      const expected = expectedOf(path);
      const bytes = await opening(folder, path, async (file) => new Uint8Array(await readFile(file)));
      requireSame(folder, path, expected, bytes.byteLength, createHash("sha256").update(bytes).digest("hex"));
      return bytes;
    },
    async locate(path) {
      const expected = expectedOf(path);
      const hash = createHash("sha256");
      let size = 0;
      await opening(folder, path, async (file) => {
        for await (const chunk of createReadStream(file, {
          highWaterMark: 1 << 20,
        }) as AsyncIterable<Buffer>) {
          hash.update(chunk);
          size += chunk.byteLength;
        }
      });
      requireSame(folder, path, expected, size, hash.digest("hex"));
      return join(folder, path);
    },
  };
}

/**
 * The models that lie in the folders' direct subfolders, by id; a folder listed earlier wins. A subfolder without a
 * usable manifest is left out and told to `onSkipped`: one bad model must not take the others with it.
 */
export async function findDiskModels(
  directories: readonly string[],
  onSkipped: (folder: string, reason: unknown) => void,
): Promise<Map<string, ModelFiles>> {
  const models = new Map<string, ModelFiles>();
  for (const directory of directories) {
    for (const folder of await subfolders(directory)) {
      try {
        const model = await openDiskModel(folder);
        if (!models.has(model.manifest.id)) models.set(model.manifest.id, model);
      } catch (reason) {
        if ((reason as NodeJS.ErrnoException).code !== "ENOENT") onSkipped(folder, reason);
      }
    }
  }
  return models;
}

async function subfolders(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    const names = entries
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map((entry) => entry.name);
    return names.sort().map((name) => join(directory, name));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw cause;
  }
}

async function opening<Result>(
  folder: string,
  path: string,
  read: (file: string) => Promise<Result>,
): Promise<Result> {
  try {
    return await read(join(folder, path));
  } catch (cause) {
    throw new EaselError("model_not_installed", `The model's file ${join(folder, path)} can't be read.`, {
      hint: "Install the model again.",
      cause,
    });
  }
}

function requireSame(
  folder: string,
  path: string,
  expected: { size: number; sha256: string },
  size: number,
  sha256: string,
): void {
  if (size !== expected.size) throw altered(folder, path, `${expected.size} bytes`, `${size} bytes`);
  if (sha256 !== expected.sha256) throw altered(folder, path, `SHA-256 ${expected.sha256}`, sha256);
}

function altered(folder: string, path: string, expected: string, came: string): EaselError {
  return new EaselError("model_corrupt", `${join(folder, path)} should be ${expected}, but is ${came}.`, {
    hint: "The file was cut short or altered: install the model again.",
  });
}
