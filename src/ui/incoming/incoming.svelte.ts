/** A picture that came from outside: dropped, pasted or chosen. What it holds is shown before anything is done. */
export class Incoming {
  #file = $state.raw<File | null>(null);

  get file(): File | null {
    return this.#file;
  }

  offer(file: File): void {
    this.#file = file;
  }

  close(): void {
    this.#file = null;
  }
}

/** The first picture of a drag or of the clipboard; null where there are only other files, undefined where there are none. */
export function pictureOf(data: Pick<DataTransfer, "files"> | null): File | null | undefined {
  const files = [...(data?.files ?? [])];
  if (files.length === 0) return undefined;
  return (
    files.find(({ type, name }) => type.startsWith("image/") || /\.(png|jpe?g|webp)$/i.test(name)) ?? null
  );
}
