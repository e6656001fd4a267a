import { PDFiumLibrary, type PDFiumDocument } from "@hyzyla/pdfium";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { EaselError } from "../../../src/contracts/errors.ts";
import type { RgbaImage } from "../../../src/core/tensor/image.ts";
import type { DocumentPages } from "./document-pages.ts";

/** The longer side of a page as it is looked at, in pixels: detectors look at no more (DETR at 1333). */
const LONGER_SIDE = 1280;
/** What PDFium may take of memory, whatever a file asks for. */
const MOST_MEGABYTES = 256;

/** Compiled once in a process. */
let compiled: Promise<WebAssembly.Module> | undefined;

async function compile(): Promise<WebAssembly.Module> {
  const path = createRequire(import.meta.url).resolve("@hyzyla/pdfium/pdfium.wasm");
  return WebAssembly.compile(await readFile(path));
}

/**
 * A PDF in a PDFium of its own, inside WebAssembly: no file reaches beyond that memory, which is bounded and goes with
 * the document.
 * @throws EaselError `unsupported_media` where it is damaged, cut short or locked with a password
 */
export async function openPdf(file: Uint8Array): Promise<DocumentPages> {
  compiled ??= compile();
  const memory = { refused: false };
  const library = await start(await compiled, memory);
  const pdf = await library.loadDocument(file).catch((cause: unknown) => {
    throw unopened(memory.refused ? TOO_LARGE : String(cause), cause);
  });
  return {
    count: pdf.getPageCount(),
    async render(page) {
      try {
        const picture = await renderPage(pdf, page);
        if (!memory.refused) return picture;
      } catch (cause) {
        if (!memory.refused) throw unshown(page, String(cause), cause);
      }
      // PDFium leaves out what it has no memory for: the rest would be taken for the page.
      throw unshown(page, TOO_LARGE);
    },
    // Its memory goes with it: nothing of a damaged file needs to be taken apart.
    close: () => undefined,
  };
}

const TOO_LARGE = `it needs more than ${MOST_MEGABYTES} MB of memory`;

/** PDFium with a bounded memory; `memory` hears when more was asked for. */
async function start(module: WebAssembly.Module, memory: { refused: boolean }): Promise<PDFiumLibrary> {
  return PDFiumLibrary.init({
    instantiateWasm(imports, done) {
      const environment = imports["env"] as Record<string, WebAssembly.ImportValue>;
      const grow = environment["emscripten_resize_heap"] as (bytes: number) => boolean;
      const bounded = (bytes: number): boolean => {
        if (bytes >>> 0 <= MOST_MEGABYTES * 1024 * 1024) return grow(bytes);
        memory.refused = true;
        return false;
      };
      const instance = new WebAssembly.Instance(module, {
        ...imports,
        env: { ...environment, emscripten_resize_heap: bounded },
      });
      (done as unknown as (instance: WebAssembly.Instance) => void)(instance);
      return instance.exports;
    },
  });
}

async function renderPage(pdf: PDFiumDocument, number: number): Promise<RgbaImage> {
  const page = pdf.getPage(number - 1);
  // A page that could not be loaded is told as one without a size.
  const { originalWidth, originalHeight } = page.getOriginalSize();
  if (!(originalWidth > 0 && originalHeight > 0)) throw new Error("it is damaged");
  const scale = LONGER_SIDE / Math.max(originalWidth, originalHeight);
  const [width, height] = [originalWidth, originalHeight].map((side) =>
    Math.max(1, Math.round(side * scale)),
  ) as [number, number];
  const { data } = await page.render({ width, height, scale: 1, render: "bitmap" });
  return { width, height, data: new Uint8ClampedArray(data) };
}

function unopened(reason: string, cause: unknown): EaselError {
  const locked = /password/i.test(reason);
  return new EaselError(
    "unsupported_media",
    locked ? "The PDF is locked with a password." : `The PDF is damaged or cut short: ${reason}`,
    { path: "file", hint: locked ? "Send it without one." : "Send the whole file.", cause },
  );
}

function unshown(page: number, reason: string, cause?: unknown): EaselError {
  return new EaselError("unsupported_media", `Page ${page} can't be shown: ${reason}.`, {
    path: "file",
    hint: "Send the document without it.",
    cause,
  });
}
