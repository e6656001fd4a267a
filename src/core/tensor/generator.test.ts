import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { TorchGenerator } from "./generator.ts";
import { Mt19937 } from "./mt19937.ts";

/** What PyTorch's generator drew (models/lab, `python -m lab.vectors --only random`). */
type RandomCase =
  | { kind: "raw"; seed: number; count: number; first: string[]; last: string[]; xor: string }
  | { kind: "slerp" }
  | { kind: "randn"; seed: number; shapes: number[][]; values: number[][]; from?: number }
  | {
      kind: "randn_ends";
      seed: number;
      shape: number[];
      first: number[];
      last: number[];
      sum: number;
      sum_of_squares: number;
    };
const { cases } = JSON.parse(readFileSync("models/lab/vectors/random.json", "utf8")) as {
  cases: RandomCase[];
};

/** PyTorch's vectorised logarithm and sine differ from the exact ones in the last place of a float32. */
const TOLERANCE = 1e-6;

const count = (shape: number[]): number => shape.reduce((product, size) => product * size, 1);

function expectClose(drawn: ArrayLike<number>, expected: number[]): void {
  expect(drawn).toHaveLength(expected.length);
  expected.forEach((value, i) =>
    expect(Math.abs(drawn[i]! - value), `number ${i}`).toBeLessThanOrEqual(TOLERANCE),
  );
}

describe("a seed draws the normals that torch.randn draws", () => {
  for (const vector of cases) {
    if (vector.kind === "randn") {
      test(`seed ${vector.seed}, ${vector.shapes.map((shape) => count(shape)).join(" then ")} numbers`, () => {
        const generator = new TorchGenerator(vector.seed);
        vector.shapes.forEach((shape, i) => {
          expectClose(generator.randn(count(shape)).slice(vector.from ?? 0), vector.values[i]!);
        });
      });
    } else if (vector.kind === "randn_ends") {
      test(`seed ${vector.seed}, latents of ${vector.shape.join(" x ")}`, () => {
        const drawn = new TorchGenerator(vector.seed).randn(count(vector.shape));
        expectClose(drawn.slice(0, vector.first.length), vector.first);
        expectClose(drawn.slice(-vector.last.length), vector.last);
        // The sums hold every number in between; single errors of 1e-7 with either sign add up to far less than this.
        expect(Math.abs(drawn.reduce((sum, value) => sum + value, 0) - vector.sum)).toBeLessThan(1e-3);
        const squares = drawn.reduce((sum, value) => sum + value * value, 0);
        expect(Math.abs(squares - vector.sum_of_squares)).toBeLessThan(1e-2);
      });
    }
  }
});

/** Two draws as PyTorch joins them: 16 hex digits, the first draw being the high half. */
function nextPair(engine: Mt19937): bigint {
  const high = engine.next();
  return (BigInt(high) << 32n) | BigInt(engine.next());
}

describe("the raw stream is PyTorch's, bit by bit", () => {
  for (const vector of cases) {
    if (vector.kind !== "raw") continue;
    test(`seed ${vector.seed}, ${vector.count} draws`, () => {
      const engine = new Mt19937(vector.seed);
      const pairs = Array.from({ length: vector.count / 2 }, () => nextPair(engine));
      const hex = (pair: bigint): string => pair.toString(16).padStart(16, "0");
      expect(pairs.slice(0, vector.first.length).map(hex)).toEqual(vector.first);
      expect(pairs.slice(-vector.last.length).map(hex)).toEqual(vector.last);
      expect(hex(pairs.reduce((all, pair) => all ^ pair, 0n))).toBe(vector.xor);
    });
  }
});

test("the raw stream is that of the reference implementation (seed 5489, as in C++'s std::mt19937)", () => {
  const engine = new Mt19937(5489);
  expect(engine.next()).toBe(3499211612);
  // The C++ standard fixes the 10,000th number of the default-seeded engine.
  for (let i = 2; i < 10_000; i++) engine.next();
  expect(engine.next()).toBe(4123659995);
});

test("different seeds draw different numbers, the largest seed included", () => {
  const firsts = [0, 1, 4294967294, 4294967295].map((seed) => new TorchGenerator(seed).randn(16)[0]);
  expect(new Set(firsts).size).toBe(4);
});
