/** Hands a Blob to the browser's downloads. */
export function saveFile(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads the Blob after the click has returned.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
