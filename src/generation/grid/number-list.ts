import { numberWords } from "../../language/quantities.ts";
import { m } from "../../paraglide/messages.js";

export interface NumberBounds {
  min: number;
  max: number;
  whole: boolean;
  /** So many numbers at most. */
  most: number;
}

const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)`;
/** `5`, `1-10`, `1-10 (+3)`, `1-10 [4]`. */
const PART = new RegExp(
  String.raw`^(${NUMBER})(?:\s*-\s*(${NUMBER})(?:\s*\(\s*(${NUMBER})\s*\)|\s*\[\s*(\d+)\s*\])?)?$`,
);
/** Beyond these digits a sum of fractions such as 0.1 is noise. */
const DIGITS = 6;

/**
 * A list of numbers as AUTOMATIC1111's X/Y plot takes it: `5, 10, 20`; ranges `1-10`, in steps `1-10 (+3)`, in so many
 * numbers `1-10 [4]`; full-width signs too. A number that comes twice counts once.
 * @returns undefined after `refuse` was told why
 */
export function readNumbers(
  text: string,
  bounds: NumberBounds,
  refuse: (message: string) => void,
): number[] | undefined {
  const parts = text
    .normalize("NFKC")
    .replaceAll(/[、;\n]/g, ",")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  if (parts.length === 0) return said(refuse, m.grid_values_empty());
  const numbers = new Set<number>();
  for (const part of parts) {
    const range = readPart(part);
    if (range === undefined) return said(refuse, m.grid_number_wrong({ value: part }));
    if (range.count > bounds.most) return said(refuse, tooMany(bounds.most));
    for (let i = 0; i < range.count; i++) {
      const number = numberAt(range, i, bounds.whole);
      if (bounds.whole && !Number.isInteger(number))
        return said(refuse, m.grid_number_whole({ value: numberWords(number) }));
      if (number < bounds.min || number > bounds.max) {
        const [min, max] = [numberWords(bounds.min), numberWords(bounds.max)];
        return said(refuse, m.grid_number_outside({ value: numberWords(number), min, max }));
      }
      numbers.add(number);
    }
  }
  return numbers.size > bounds.most ? said(refuse, tooMany(bounds.most)) : [...numbers];
}

interface Range {
  start: number;
  /** The exact distance of two numbers. */
  step: number;
  count: number;
  /** Its numbers lie where the count puts them, not where its user wrote them. */
  divided: boolean;
}

function readPart(part: string): Range | undefined {
  const [, from, to, stepText, countText] = PART.exec(part) ?? [];
  if (from === undefined) return undefined;
  const start = Number(from);
  if (to === undefined) return { start, step: 0, count: 1, divided: false };
  const length = Number(to) - start;
  if (countText !== undefined) {
    const count = Number(countText);
    return count < 1
      ? undefined
      : { start, step: count === 1 ? 0 : length / (count - 1), count, divided: true };
  }
  const step = stepText === undefined ? Math.sign(length) || 1 : Number(stepText);
  // A step away from the end would never arrive.
  if (step === 0 || (length !== 0 && Math.sign(step) !== Math.sign(length))) return undefined;
  return { start, step, count: Math.floor(length / step + 1e-9) + 1, divided: false };
}

/** Whole numbers of a divided range are cut, not rounded, as AUTOMATIC1111 does: `1-10 [5]` is 1, 3, 5, 7, 10. */
function numberAt({ start, step, divided }: Range, index: number, whole: boolean): number {
  const number = Number((start + index * step).toFixed(DIGITS));
  return divided && whole ? Math.trunc(number) : number;
}

function tooMany(most: number): string {
  return m.grid_values_many({ most: numberWords(most) });
}

function said(refuse: (message: string) => void, message: string): undefined {
  refuse(message);
  return undefined;
}
