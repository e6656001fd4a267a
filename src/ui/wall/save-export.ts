import type { Job } from "../../history/database.ts";
import type { History } from "../../history/history.ts";
import { saveFile } from "../parts/save-file.ts";
import { dayText } from "./days.ts";

/** What File System Access gives, where a browser has it. */
interface FilePicker {
  showSaveFilePicker?: (options: { suggestedName: string }) => Promise<FileSystemFileHandle>;
}

/**
 * Saves the jobs' pictures as a zip: straight to the file where the browser lets us write one, else through a Blob,
 * which the browser keeps on disk. Neither holds more than a picture in the page's memory.
 */
export async function saveExport(history: History, jobs: readonly Job[]): Promise<void> {
  const name = `easel-${dayText(Date.now())}.zip`;
  const { showSaveFilePicker } = window as FilePicker;
  if (showSaveFilePicker === undefined) {
    saveFile(await new Response(await zipOf(history, jobs)).blob(), name);
    return;
  }
  try {
    const file = await showSaveFilePicker.call(window, { suggestedName: name });
    await (await zipOf(history, jobs)).pipeTo(await file.createWritable());
  } catch (thrown) {
    // Its user changed their mind.
    if (!(thrown instanceof DOMException && thrown.name === "AbortError")) throw thrown;
  }
}

/** What writes a zip is loaded with the first export. */
async function zipOf(history: History, jobs: readonly Job[]): Promise<ReadableStream<Uint8Array>> {
  const { exportHistory } = await import("../../history/export-history.ts");
  return exportHistory(history, jobs);
}
