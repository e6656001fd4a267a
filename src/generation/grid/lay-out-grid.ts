import { wrapText } from "./wrap-text.ts";

/** Pixels, from the upper left corner. */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** One line of text: `x` is its start, middle or end as `align` says, `y` its middle. */
export interface TextLine {
  text: string;
  x: number;
  y: number;
  align: "left" | "center" | "right";
  role: "label" | "caption";
}

export interface GridLayout {
  width: number;
  height: number;
  /** Pixels. */
  fontSize: number;
  /** Where each picture goes, row by row; all of one size. */
  cells: Rect[];
  lines: TextLine[];
}

export interface GridWords {
  columns: readonly string[];
  /** One blank label where there is no second axis. */
  rows: readonly string[];
  /** What all pictures share. */
  caption: readonly string[];
}

/** As many as an upload may have, so that a grid can become a link. */
export const MOST_PIXELS = 16_000_000;
/** Below this a label beside the picture could not be read: smaller pictures are shown larger. */
const LEAST_SIDE = 256;
const LABEL_LINES = 4;
const CAPTION_LINES = 3;
const LINE_HEIGHT = 1.35;

/**
 * Where everything goes in the picture of a grid: labels over the columns and before the rows, a caption beneath.
 * @param cell the largest picture's size in pixels; small ones are enlarged, and all made smaller in a grid of too many pixels
 * @param measure a text's width in pixels at a font size, in the label's weight
 */
export function layOutGrid(
  words: GridWords,
  cell: { width: number; height: number },
  measure: (text: string, fontSize: number) => number,
): GridLayout {
  let scale = Math.max(1, Math.ceil(LEAST_SIDE / Math.min(cell.width, cell.height)));
  for (;;) {
    const layout = layOutAt(words, { width: cell.width * scale, height: cell.height * scale }, measure);
    const pixels = layout.width * layout.height;
    if (pixels <= MOST_PIXELS) return layout;
    // Labels do not shrink as the cells do: a little more than the pixels say, until it fits.
    scale *= Math.min(0.97, Math.sqrt(MOST_PIXELS / pixels));
  }
}

function layOutAt(
  { columns, rows, caption }: GridWords,
  cell: { width: number; height: number },
  measure: (text: string, fontSize: number) => number,
): GridLayout {
  const width = Math.max(1, Math.round(cell.width));
  const height = Math.max(1, Math.round(cell.height));
  const fontSize = Math.round(Math.min(44, Math.max(11, Math.min(width, height) * 0.058)));
  const lineHeight = Math.round(fontSize * LINE_HEIGHT);
  const margin = Math.round(fontSize * 1.25);
  const gap = Math.max(4, Math.round(fontSize * 0.5));
  const measured = (text: string) => measure(text, fontSize);
  const lines: TextLine[] = [];

  const across = columns.map((label) => wrapText(label, width, LABEL_LINES, measured));
  const head = Math.max(...across.map((label) => label.length)) * lineHeight;
  const down = rows.map((label) => wrapText(label, width * 0.6, LABEL_LINES, measured));
  const side = Math.ceil(Math.max(...down.flat().map(measured), 0));
  const left = margin + (side === 0 ? 0 : side + gap * 2);
  const top = margin + head + gap;

  const stack = (label: string[], x: number, middle: number, align: TextLine["align"]) => {
    const first = middle - ((label.length - 1) * lineHeight) / 2;
    for (const [i, text] of label.entries())
      lines.push({ text, x, y: first + i * lineHeight, align, role: "label" });
  };
  const cells: Rect[] = [];
  for (const [row, label] of down.entries()) {
    const y = top + row * (height + gap);
    stack(label, left - gap * 2, y + height / 2, "right");
    for (const column of columns.keys()) cells.push({ x: left + column * (width + gap), y, width, height });
  }
  for (const [column, label] of across.entries()) {
    // Over the picture, the last line next to it.
    const middle = top - gap - (label.length * lineHeight) / 2;
    stack(label, left + column * (width + gap) + width / 2, middle, "center");
  }

  const right = left + columns.length * (width + gap) - gap;
  let y = top + rows.length * (height + gap) - gap + gap * 1.5;
  for (const text of caption.flatMap((one) => wrapText(one, right - margin, CAPTION_LINES, measured))) {
    lines.push({ text, x: margin, y: y + lineHeight / 2, align: "left", role: "caption" });
    y += lineHeight;
  }
  return { width: right + margin, height: Math.ceil(y + margin * 0.8), fontSize, cells, lines };
}
