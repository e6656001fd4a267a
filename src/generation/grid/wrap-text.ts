/** The width of a text in pixels, as it will be drawn. */
export type Measure = (text: string) => number;

/** A word with the space behind it, or one sign of a script that has no spaces between words. */
const PIECES =
  /[\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]|[^\s\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]+\s*|\s+/gu;
const ELLIPSIS = "…";

/**
 * A text in lines of at most `width`, broken between words, within a word that is longer than a line; what does not go
 * into `most` lines ends in an ellipsis.
 */
export function wrapText(text: string, width: number, most: number, measure: Measure): string[] {
  const lines: string[] = [];
  let line = "";
  const end = () => {
    if (line.trim() !== "") lines.push(line.trim());
    line = "";
  };
  for (const [piece] of text.replaceAll(/\s+/g, " ").matchAll(PIECES)) {
    if (line !== "" && measure((line + piece).trimEnd()) > width) end();
    if (measure(piece.trimEnd()) <= width) {
      line += piece;
      continue;
    }
    for (const sign of piece) {
      if (line !== "" && measure(line + sign) > width) end();
      line += sign;
    }
  }
  end();
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most - 1), shortened(lines[most - 1] ?? "", width, measure)];
}

function shortened(line: string, width: number, measure: Measure): string {
  const signs = [...line];
  while (signs.length > 0 && measure(signs.join("").trimEnd() + ELLIPSIS) > width) signs.pop();
  return signs.join("").trimEnd() + ELLIPSIS;
}
