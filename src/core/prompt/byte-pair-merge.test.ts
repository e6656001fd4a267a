import fc from "fast-check";
import { expect, test } from "vitest";
import { mergeBytePairs } from "./byte-pair-merge.ts";

/** The definition itself, one pass over the word for each merge. */
function bySearching(symbols: string[], ranks: ReadonlyMap<string, number>): string[] {
  const rank = (i: number): number => ranks.get(`${symbols[i]} ${symbols[i + 1]}`) ?? Infinity;
  for (;;) {
    let best = 0;
    for (let i = 1; i + 1 < symbols.length; i++) if (rank(i) < rank(best)) best = i;
    if (symbols.length < 2 || rank(best) === Infinity) return symbols;
    symbols = [...symbols.slice(0, best), symbols[best]! + symbols[best + 1]!, ...symbols.slice(best + 2)];
  }
}

test("the pair of the lowest rank is joined first, the leftmost of several", () => {
  const part = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 3 });
  const merge = fc.tuple(part, part).map((halves) => halves.join(" "));
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 40 }),
      fc.uniqueArray(merge, { maxLength: 12 }),
      (symbols, merges) => {
        const ranks = new Map(merges.map((pair, rank) => [pair, rank]));
        expect(mergeBytePairs(symbols, ranks)).toEqual(bySearching(symbols, ranks));
      },
    ),
  );
});

test("a word of 30,000 symbols is joined", () => {
  const ranks = new Map([
    ["a a", 0],
    ["aa aa", 1],
    ["aaaa aaaa", 2],
  ]);
  const merged = mergeBytePairs(Array<string>(30_000).fill("a"), ranks);
  expect(merged).toHaveLength(3750);
});
