import type { Page } from "@playwright/test";

/** Drops or pastes a file onto the page, as the system would hand it over. */
export async function givePicture(
  page: Page,
  how: "drop" | "paste",
  name: string,
  bytes: Buffer,
): Promise<void> {
  await page.evaluate(
    ({ kind, fileName, base64 }) => {
      const data = new DataTransfer();
      const content = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      data.items.add(
        new File([content], fileName, { type: fileName.endsWith(".txt") ? "text/plain" : "image/png" }),
      );
      const init = { bubbles: true, cancelable: true };
      if (kind === "drop")
        document.body.dispatchEvent(new DragEvent("dragover", { ...init, dataTransfer: data }));
      document.body.dispatchEvent(
        kind === "drop"
          ? new DragEvent("drop", { ...init, dataTransfer: data })
          : new ClipboardEvent("paste", { ...init, clipboardData: data }),
      );
    },
    { kind: how, fileName: name, base64: bytes.toString("base64") },
  );
}

/** A picture of one colour, as a file. */
export async function plainPicture(page: Page, colour: string): Promise<Buffer> {
  const base64 = await page.evaluate(async (fill) => {
    const canvas = new OffscreenCanvas(200, 128);
    const context = canvas.getContext("2d")!;
    context.fillStyle = fill;
    context.fillRect(0, 0, 200, 128);
    const blob = await canvas.convertToBlob();
    return btoa(String.fromCharCode(...new Uint8Array(await blob.arrayBuffer())));
  }, colour);
  return Buffer.from(base64, "base64");
}
