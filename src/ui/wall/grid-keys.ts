export interface GridShape {
  columns: number;
  count: number;
  /** Rows that the screen holds: a page. */
  page: number;
}

/** Where a key leads in a grid read row by row; null: it is no key of the grid. Never out of it. */
export function nextIndex(key: string, index: number, { columns, count, page }: GridShape): number | null {
  const last = count - 1;
  switch (key) {
    case "ArrowLeft":
      return Math.max(0, index - 1);
    case "ArrowRight":
      return Math.min(last, index + 1);
    case "ArrowUp":
      return index >= columns ? index - columns : index;
    case "ArrowDown":
      return down(index, 1);
    case "PageUp":
      return Math.max(index % columns, index - columns * page);
    case "PageDown":
      return down(index, page);
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return null;
  }

  /** To a last row that is shorter one comes from above all the same. */
  function down(from: number, rows: number): number {
    const lastRow = Math.floor(last / columns);
    if (Math.floor(from / columns) === lastRow) return from;
    return Math.min(last, from + columns * rows, lastRow * columns + (from % columns));
  }
}
