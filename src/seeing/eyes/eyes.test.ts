import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { drawnByRule, PICTURE_RULE } from "../../core/tasks/conformance.ts";
import type { RgbaImage } from "../../core/tensor/image.ts";
import { floatTensor } from "../../core/tensor/tensor.ts";
import { openEyes } from "./eyes.ts";
import type { Eyes } from "./eyes.ts";
import { findThings } from "./find-things.ts";
import { fitSquare, inPicture } from "./fit-square.ts";
import { softMask } from "./soft-mask.ts";

const { cases } = JSON.parse(readFileSync("models/lab/vectors/eyes.json", "utf8")) as {
  cases: { picture: [number, number]; pixels: number[] }[];
};

test.each(cases)("a picture of $picture becomes the square that numpy makes", ({ picture, pixels }) => {
  const fitted = fitSquare(drawnByRule(PICTURE_RULE, ...picture), 128).pixels.data;
  const kept = fitted.filter((_, i) => i % 97 === 0);
  expect(kept).toHaveLength(pixels.length);
  kept.forEach((value, i) => expect(value).toBeCloseTo(pixels[i]!, 6));
});

test("a box in the square is found again in a wide picture", () => {
  const { within } = fitSquare(drawnByRule(PICTURE_RULE, 200, 100), 128);
  expect(within).toEqual({ left: 0, top: 0.25, width: 1, height: 0.5 });
  const box = { left: 0.25, top: 0.375, width: 0.5, height: 0.25 };
  expect(inPicture(box, within, { width: 200, height: 100 })).toEqual({
    left: 50,
    top: 25,
    width: 100,
    height: 50,
  });
});

test("of a box that reaches over a wide picture's edges only what lies in the picture is told", () => {
  const { within } = fitSquare(drawnByRule(PICTURE_RULE, 200, 100), 128);
  const size = { width: 200, height: 100 };
  const box = { left: -0.25, top: 0, width: 0.5, height: 0.5 };
  expect(inPicture(box, within, size)).toEqual({ left: 0, top: 0, width: 50, height: 50 });
  expect(inPicture({ ...box, height: 0.125 }, within, size).height).toBe(0);
});

const CELLS = 16;
/** Answers for two things, empty but for these cells: logits of being there and of the first thing. */
function answers(cells: Record<number, { there: number; first: number; reach: number }>) {
  const there = new Float32Array(CELLS * CELLS).fill(-9);
  const which = new Float32Array(2 * CELLS * CELLS);
  const edges = new Float32Array(4 * CELLS * CELLS);
  for (const [cell, { there: chance, first, reach }] of Object.entries(cells)) {
    there[Number(cell)] = chance;
    which[Number(cell)] = first;
    for (let edge = 0; edge < 4; edge++) edges[edge * CELLS * CELLS + Number(cell)] = reach;
  }
  return {
    there: floatTensor([1, 1, CELLS, CELLS], there),
    which: floatTensor([1, 2, CELLS, CELLS], which),
    edges: floatTensor([1, 4, CELLS, CELLS], edges),
  };
}
const at = (row: number, column: number): number => row * CELLS + column;

describe("things are found where the network is surest", () => {
  test("the less sure neighbour and the double are left out, the surest comes first", () => {
    const found = findThings(
      answers({
        [at(8, 8)]: { there: 2, first: 9, reach: 0.3 },
        [at(8, 9)]: { there: 1.5, first: 9, reach: 0.3 }, // A neighbour of the peak.
        [at(10, 8)]: { there: 1, first: 9, reach: 0.3 }, // A peak whose box covers the first one's.
        [at(14, 14)]: { there: 5, first: -9, reach: 0.1 },
      }),
      0.3,
    );
    expect(found.map(({ thing }) => thing)).toEqual([1, 0]);
    expect(found[1]!.box.left).toBeCloseTo(8.5 / 16 - 0.3, 6);
  });

  test("a box ends at the square's edge, and what is doubtful is not found", () => {
    const [only, ...more] = findThings(answers({ [at(0, 0)]: { there: 3, first: 9, reach: 0.5 } }), 0.3);
    expect(more).toHaveLength(0);
    expect(only!.box).toMatchObject({ left: 0, top: 0 });
    expect(findThings(answers({ [at(0, 0)]: { there: 3, first: 0, reach: 0.5 } }), 0.5)).toEqual([]);
  });
});

describe("a mask", () => {
  const size = 64;
  const plane = size * size;
  const box = { left: 0.25, top: 0.25, width: 0.5, height: 0.5 };
  /** Nothing is ground, and each pixel points to this middle. */
  const maskTowards = (x: number, y: number): Float32Array => {
    const middle = new Float32Array(2 * plane);
    for (let i = 0; i < plane; i++) {
      middle[i] = x - ((i % size) + 0.5) / size;
      middle[plane + i] = y - (Math.floor(i / size) + 0.5) / size;
    }
    const alpha = floatTensor([1, 1, size, size], new Float32Array(plane).fill(9));
    return softMask(box, alpha, floatTensor([1, 2, size, size], middle));
  };

  test("is the box's pixels that point to its middle, and no other's", () => {
    const mask = maskTowards(0.5, 0.5);
    expect(mask[32 * size + 32]).toBeGreaterThan(0.99);
    expect(mask[5 * size + 5]).toBe(0);
    expect(Math.max(...maskTowards(0.9, 0.5))).toBeLessThan(0.01);
  });

  test("of a picture has the picture's size and only its things", async () => {
    const eyes = await tinyEyes();
    const sight = await eyes.see(drawnByRule(PICTURE_RULE, 90, 30));
    const mask: RgbaImage = sight.things[0]!.mask();
    expect([mask.width, mask.height, mask.data.length]).toEqual([90, 30, 90 * 30 * 4]);
    expect(mask.data[3]).toBe(255);
  });
});

/** The tiny model's labels with a graph that finds one thing in the middle. */
function tinyEyes(labels = 8): Promise<Eyes> {
  const found = answers({ [at(8, 8)]: { there: 5, first: 9, reach: 0.2 } });
  const which = new Float32Array((labels - 1) * CELLS * CELLS);
  which.set(found.which.data.subarray(0, CELLS * CELLS));
  const outputs = {
    logits: floatTensor([1, labels], new Float32Array(labels)),
    ...found,
    which: floatTensor([1, labels - 1, CELLS, CELLS], which),
    alpha: floatTensor([1, 1, 64, 64], new Float32Array(4096)),
    middle: floatTensor([1, 2, 64, 64], new Float32Array(8192)),
  };
  const read = (path: string): Promise<Uint8Array<ArrayBuffer>> =>
    Promise.resolve(new Uint8Array(readFileSync(`models/tiny/seeing/eyes/${path}`)));
  return openEyes(
    { manifest: { id: "tiny/eyes", files: [{ path: "eyes.json" }, { path: "eyes.onnx" }] }, read },
    {
      provider: "cpu",
      createSession: () =>
        Promise.resolve({
          inputs: [{ name: "pixels", type: "float32", dims: ["batch", 3, 128, 128] }],
          outputs: Object.entries(outputs).map(([name, { type, dims }]) => ({ name, type, dims })),
          run: () => Promise.resolve(outputs),
          release: () => Promise.resolve(),
        }),
    },
  );
}

test("labels of another version are told", async () => {
  const eyes = await tinyEyes(5);
  await expect(eyes.see(drawnByRule(PICTURE_RULE, 8, 8))).rejects.toThrow(
    "eyes.onnx tells 4 things apart, but eyes.json names 7",
  );
});

test("the labels are in both languages and sum to 1, unknown among them", async () => {
  const { labels } = await (await tinyEyes()).see(drawnByRule(PICTURE_RULE, 8, 8));
  expect(labels.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 6);
  expect(labels.find(({ label }) => label === "unknown")?.labelZh).toBe("未知");
});
