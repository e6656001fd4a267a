import type { DocumentContentType } from "../../../src/contracts/document.ts";
import { DOCUMENT_MAX_PAGES } from "../../../src/contracts/document.ts";
import { EaselError } from "../../../src/contracts/errors.ts";
import type { RgbaImage } from "../../../src/core/tensor/image.ts";
import { decodeStill } from "./decode-still.ts";
import { openPdf } from "./pdf-pages.ts";

/** A document's pages as pictures, one in memory at a time. */
export interface DocumentPages {
  readonly count: number;
  /** @param page 1 for the first. @throws EaselError `unsupported_media` where it can't be shown */
  render(page: number): Promise<RgbaImage>;
  close(): void;
}

/**
 * Opens a document: a picture is one page.
 * @throws EaselError `unsupported_media` where it is damaged, locked, or has too many pages
 */
export async function openPages(file: Uint8Array, contentType: DocumentContentType): Promise<DocumentPages> {
  if (contentType !== "application/pdf") {
    return { count: 1, render: () => decodeStill(file), close: () => undefined };
  }
  const pdf = await openPdf(file);
  if (pdf.count > 0 && pdf.count <= DOCUMENT_MAX_PAGES) return pdf;
  pdf.close();
  throw new EaselError(
    "unsupported_media",
    `A document has 1 to ${DOCUMENT_MAX_PAGES} pages, this one has ${pdf.count}.`,
    { path: "file", hint: "Send it in parts." },
  );
}
