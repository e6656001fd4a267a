import { EaselError } from "../contracts/errors.ts";
import type { WantedModel } from "../contracts/wanted-model.ts";
import { filesOfLayout, inspectLayout } from "./layout.ts";
import { readZip } from "../zip/read-zip.ts";

/** One file of a folder or zip, by its path there. */
interface DiskFile {
  path: string;
  size: number;
  open: () => Promise<Blob>;
}

/**
 * A model of this device's disk: the files of a folder as a browser gives them, or one zip. It is copied into the store
 * like a download, from addresses that live as long as this page.
 * @throws EaselError `model_corrupt` where its layout is not Optimum's, `unsupported_media` where it is no zip
 */
export async function wantedFromDisk(chosen: readonly File[]): Promise<WantedModel> {
  const { name, files } = await openChosen(chosen);
  const paths = files.map(({ path }) => path);
  const read = async (path: string) => {
    const file = files.find((one) => one.path === path);
    return file === undefined ? undefined : (await file.open()).text();
  };
  const inspected = await inspectLayout(paths, read, name);
  const needed = filesOfLayout(inspected.family, paths);
  const wanted: WantedModel["files"] = [];
  for (const { path, size, open } of files) {
    if (!needed.includes(path) || size === 0) continue;
    const url = URL.createObjectURL(await open());
    wanted.push({ path, url, size, sha256: null, gitOid: null, kept: null });
  }
  return {
    model: {
      ...inspected,
      id: `disk/${name.replace(/[^\w.-]+/g, "-").replace(/^[.-]+/, "") || "model"}`,
      name,
      // Of a folder nobody knows a revision: the day it was taken tells one copy from the next.
      revision: `disk-${new Date().toISOString().slice(0, 10)}`,
      description: "From this device's disk.",
      licence: { id: "unknown" },
    },
    files: wanted,
    state: "running",
    error: null,
  };
}

async function openChosen(chosen: readonly File[]): Promise<{ name: string; files: DiskFile[] }> {
  const [first] = chosen;
  if (first === undefined) throw new EaselError("model_corrupt", "No file was chosen.");
  if (chosen.length === 1 && first.webkitRelativePath === "") {
    return { name: first.name.replace(/\.zip$/i, ""), files: withoutTop(await readZip(first)) };
  }
  const files = chosen.map((file) => ({
    path: file.webkitRelativePath,
    size: file.size,
    open: () => Promise.resolve(file),
  }));
  return { name: first.webkitRelativePath.split("/")[0] ?? "model", files: withoutTop(files) };
}

/** The model begins where its index lies: most folders and zips have one folder around it. */
function withoutTop(files: readonly DiskFile[]): DiskFile[] {
  const indexes = files.map(({ path }) => path).filter((path) => /(?:^|\/)model_index\.json$/.test(path));
  const index = indexes.sort((a, b) => a.length - b.length)[0] ?? "";
  const top = index.slice(0, index.length - "model_index.json".length);
  return files
    .filter(({ path }) => path.startsWith(top))
    .map((file) => ({ ...file, path: file.path.slice(top.length) }));
}
