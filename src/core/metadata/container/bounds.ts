/**
 * What is read of a stranger's file at most: a picture's settings are some kilobytes, a large ComfyUI graph some
 * hundred. What is over is left unread, so that no file can take the page's memory or time.
 */
export const BOUNDS = Object.freeze({
  /** Bytes of one text, also after it was unpacked. */
  textBytes: 2 ** 22,
  /** Texts of one file. */
  texts: 32,
  /** Entries of one EXIF directory. */
  exifEntries: 256,
  /** Settings that could not be mapped, and characters of each as it is told. */
  unmapped: 100,
  unmappedCharacters: 200,
});
