import type { Box } from "../../core/image/resize.ts";
import type { FloatTensor } from "../../core/tensor/tensor.ts";
import { sigmoid, softmax } from "../scores.ts";

/** A thing in the square: its index, and its box in shares of the square's side. */
export interface FoundThing {
  readonly thing: number;
  readonly score: number;
  readonly box: Box;
}

/** Of two boxes that cover each other by more (intersection over union), the surer one stays. */
const OVERLAP = 0.55;
const MOST = 20;

/** What the network says of each cell: `there` [1, 1, n, n], `which` [1, things, n, n], `edges` [1, 4, n, n]. */
export interface CellAnswers {
  readonly there: FloatTensor;
  readonly which: FloatTensor;
  readonly edges: FloatTensor;
}

/**
 * The things whose middles lie in a cell that is surer than its eight neighbours, with a score above `threshold`; the
 * surest first, doubles left out.
 */
export function findThings({ there, which, edges }: CellAnswers, threshold: number): FoundThing[] {
  const cells = there.dims[3]!;
  const plane = cells * cells;
  const things = which.dims[1]!;
  const chance = sigmoid(there.data);
  const found: FoundThing[] = [];
  for (let cell = 0; cell < plane; cell++) {
    if (chance[cell]! <= threshold || !isPeak(chance, cell, cells)) continue;
    const shares = softmax(
      Float32Array.from({ length: things }, (_, thing) => which.data[thing * plane + cell]!),
    );
    const thing = shares.reduce((most, share, i) => (share > shares[most]! ? i : most), 0);
    const score = chance[cell]! * shares[thing]!;
    if (score > threshold) found.push({ thing, score, box: boxOf(edges.data, cell, cells) });
  }
  found.sort((a, b) => b.score - a.score);
  const kept: FoundThing[] = [];
  for (const one of found) {
    if (kept.every((other) => overlap(one.box, other.box) <= OVERLAP)) kept.push(one);
  }
  return kept.slice(0, MOST);
}

function isPeak(chance: Float64Array, cell: number, cells: number): boolean {
  const [row, column] = [Math.floor(cell / cells), cell % cells];
  for (let y = Math.max(0, row - 1); y <= Math.min(cells - 1, row + 1); y++) {
    for (let x = Math.max(0, column - 1); x <= Math.min(cells - 1, column + 1); x++) {
      if (chance[y * cells + x]! > chance[cell]!) return false;
    }
  }
  return true;
}

/** From the distances to the edges at a cell's middle; what would lie outside the square is cut off. */
function boxOf(edges: Float32Array, cell: number, cells: number): Box {
  const x = ((cell % cells) + 0.5) / cells;
  const y = (Math.floor(cell / cells) + 0.5) / cells;
  const distance = (edge: number): number => edges[edge * cells * cells + cell]!;
  const left = Math.max(0, x - distance(0));
  const top = Math.max(0, y - distance(1));
  return {
    left,
    top,
    width: Math.min(1, x + distance(2)) - left,
    height: Math.min(1, y + distance(3)) - top,
  };
}

/** Intersection over union. */
function overlap(one: Box, other: Box): number {
  const across = Math.min(one.left + one.width, other.left + other.width) - Math.max(one.left, other.left);
  const down = Math.min(one.top + one.height, other.top + other.height) - Math.max(one.top, other.top);
  const common = Math.max(0, across) * Math.max(0, down);
  return common / Math.max(1e-9, one.width * one.height + other.width * other.height - common);
}
