export const THUMBNAIL_SIDE = 320;

/** A smaller copy for the wall. A picture that is small already is its own thumbnail. */
export async function makeThumbnail(png: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(png);
  try {
    const scale = THUMBNAIL_SIDE / Math.max(bitmap.width, bitmap.height);
    if (scale >= 1) return png;
    const canvas = new OffscreenCanvas(
      Math.max(1, Math.round(bitmap.width * scale)),
      Math.max(1, Math.round(bitmap.height * scale)),
    );
    const context = canvas.getContext("2d");
    if (context === null) return png;
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return await canvas.convertToBlob({ type: "image/webp", quality: 0.85 });
  } finally {
    bitmap.close();
  }
}
