import fc from "fast-check";
import { expect, test } from "vitest";
import { layOutGrid, MOST_PIXELS, type Rect } from "./lay-out-grid.ts";
import { wrapText } from "./wrap-text.ts";

/** As in a typewriter: every sign is three fifths of the font's size wide. */
const measure = (text: string, fontSize: number) => [...text].length * fontSize * 0.6;

const words = fc.record({
  columns: fc.array(fc.string(), { minLength: 1, maxLength: 10 }),
  rows: fc.array(fc.string({ maxLength: 80 }), { minLength: 1, maxLength: 10 }),
  caption: fc.array(fc.string({ maxLength: 300 }), { maxLength: 3 }),
});
const cell = fc.record({
  width: fc.integer({ min: 64, max: 2048 }),
  height: fc.integer({ min: 64, max: 2048 }),
});

const overlap = (a: Rect, b: Rect) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

test("every picture has its place, no two the same, all in one shape; the whole is small enough to become a link", () => {
  fc.assert(
    fc.property(words, cell, (said, size) => {
      const { cells, width, height } = layOutGrid(said, size, measure);
      expect(cells).toHaveLength(said.columns.length * said.rows.length);
      expect(width * height).toBeLessThanOrEqual(MOST_PIXELS);
      const shape = size.width / size.height;
      const wrong = cells.filter(
        (one, i) =>
          Math.abs(one.width / one.height / shape - 1) > 0.05 ||
          one.x <= 0 ||
          one.x + one.width >= width ||
          one.y + one.height >= height ||
          cells.slice(i + 1).some((other) => overlap(one, other)),
      );
      expect(wrong).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

test("no label lies on a picture or beyond the edge", () => {
  fc.assert(
    fc.property(words, cell, (said, size) => {
      const { cells, lines, fontSize, width, height } = layOutGrid(said, size, measure);
      const wrong = lines.filter(({ text, x, y, align }) => {
        const long = measure(text, fontSize);
        const left = align === "left" ? x : align === "center" ? x - long / 2 : x - long;
        const line: Rect = { x: left, y: y - fontSize / 2, width: long, height: fontSize };
        const beyond = line.y < 0 || line.y + line.height > height || left < -1 || left + long > width + 1;
        return beyond || cells.some((one) => overlap(one, line));
      });
      expect(wrong).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

test("small pictures are shown larger, so that a label beside them can be read", () => {
  const { cells, fontSize } = layOutGrid(
    { columns: ["Steps 5"], rows: [""], caption: [] },
    { width: 128, height: 128 },
    measure,
  );
  expect(cells[0]).toMatchObject({ width: 256, height: 256 });
  expect(fontSize).toBeGreaterThanOrEqual(14);
});

test.each([
  ["a red cat on the wall", 8, ["a red", "cat on", "the wall"]],
  ["incomprehensible", 8, ["incompre", "hensible"]],
  ["蓝色背景上的一只猫", 4, ["蓝色背景", "上的一只", "猫"]],
  ["one two three four", 5, ["one", "two", "thre…"]],
  ["  ", 5, []],
])("%s in lines of %d signs", (text, width, lines) => {
  expect(wrapText(text, width, 3, (one) => [...one].length)).toEqual(lines);
});
