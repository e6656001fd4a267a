import type { GridLayout, Rect } from "./lay-out-grid.ts";

/** A picture of a grid, or why there is none. */
export type GridCell = Blob | { word: string };

/** Paper and ink, in any theme: the picture goes elsewhere too. */
const PAPER = "#f8f9f6";
const INK = "#17211d";
const SOFT = "#525d57";
const MISSING = "#f1e4df";
const FAMILY = `ui-sans-serif, system-ui, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif`;

const fontOf = (fontSize: number, weight: number) => `${weight} ${fontSize}px ${FAMILY}`;

/** A text's width as {@link paintGrid} draws a label. */
export function measureLabel(): (text: string, fontSize: number) => number {
  const context = contextOf(new OffscreenCanvas(1, 1));
  return (text, fontSize) => {
    context.font = fontOf(fontSize, 600);
    return context.measureText(text).width;
  };
}

/**
 * Draws a grid as one PNG. The pictures are decoded one after another, so that no more than one is in memory beside it.
 * @param cells as many as the layout has, each read when it is its turn
 */
export async function paintGrid(
  layout: GridLayout,
  cells: readonly (() => Promise<GridCell>)[],
): Promise<Blob> {
  const { width, height, fontSize, lines } = layout;
  const canvas = new OffscreenCanvas(width, height);
  const context = contextOf(canvas);
  context.fillStyle = PAPER;
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.textBaseline = "middle";
  for (const [i, rect] of layout.cells.entries()) {
    const cell = await cells[i]!();
    if (cell instanceof Blob) await paintPicture(context, cell, rect);
    else paintMissing(context, cell.word, rect, fontSize);
  }
  for (const { text, x, y, align, role } of lines) {
    context.font = fontOf(fontSize, role === "label" ? 600 : 400);
    context.fillStyle = role === "label" ? INK : SOFT;
    context.textAlign = align;
    context.fillText(text, x, y);
  }
  return await canvas.convertToBlob({ type: "image/png" });
}

/** In the middle of its place, as large as its shape allows. */
async function paintPicture(
  context: OffscreenCanvasRenderingContext2D,
  picture: Blob,
  rect: Rect,
): Promise<void> {
  const bitmap = await createImageBitmap(picture);
  const scale = Math.min(rect.width / bitmap.width, rect.height / bitmap.height);
  const [width, height] = [bitmap.width * scale, bitmap.height * scale];
  context.drawImage(
    bitmap,
    rect.x + (rect.width - width) / 2,
    rect.y + (rect.height - height) / 2,
    width,
    height,
  );
  bitmap.close();
}

function paintMissing(
  context: OffscreenCanvasRenderingContext2D,
  word: string,
  { x, y, width, height }: Rect,
  fontSize: number,
): void {
  context.fillStyle = MISSING;
  context.fillRect(x, y, width, height);
  context.fillStyle = SOFT;
  context.font = fontOf(fontSize, 400);
  context.textAlign = "center";
  context.fillText(word, x + width / 2, y + height / 2, width * 0.9);
}

function contextOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("This browser gives no 2D canvas.");
  return context;
}
