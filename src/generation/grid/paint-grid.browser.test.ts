import { expect, it } from "vitest";
import { layOutGrid } from "./lay-out-grid.ts";
import { measureLabel, paintGrid } from "./paint-grid.ts";

async function plain(colour: string, width: number, height: number): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d")!;
  context.fillStyle = colour;
  context.fillRect(0, 0, width, height);
  return await canvas.convertToBlob({ type: "image/png" });
}

it("each picture lies in its place, one without a picture says so, and the labels are written", async () => {
  const layout = layOutGrid(
    { columns: ["Steps 2", "Steps 3"], rows: ["猫", "a dog"], caption: ["a cat on a wall"] },
    { width: 128, height: 64 },
    measureLabel(),
  );
  const pictures = [await plain("rgb(200 0 0)", 128, 64), await plain("rgb(0 200 0)", 64, 64)];
  const last = await plain("rgb(0 0 200)", 256, 128);
  const png = await paintGrid(layout, [
    () => Promise.resolve(pictures[0]!),
    () => Promise.resolve(pictures[1]!),
    () => Promise.resolve({ word: "Failed" }),
    () => Promise.resolve(last),
  ]);

  const bitmap = await createImageBitmap(png);
  expect([bitmap.width, bitmap.height]).toEqual([layout.width, layout.height]);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d")!;
  context.drawImage(bitmap, 0, 0);
  const at = (x: number, y: number) => [...context.getImageData(x, y, 1, 1).data.subarray(0, 3)];
  const [first, second, missing, fourth] = layout.cells;
  const middle = ({ x, y, width, height }: NonNullable<typeof first>) => at(x + width / 2, y + height / 2);
  expect(middle(first!)).toEqual([200, 0, 0]);
  expect(middle(second!)).toEqual([0, 200, 0]);
  expect(middle(fourth!)).toEqual([0, 0, 200]);
  // A narrower picture lies in the middle of its place, with paper on both sides.
  expect(at(second!.x + 4, second!.y + 40)).toEqual(at(1, 1));
  expect(at(missing!.x + 4, missing!.y + 4)).not.toEqual(at(1, 1));

  /** Whether something dark was written there. */
  const written = (x: number, y: number, width: number, height: number) =>
    context.getImageData(x, y, width, height).data.some((value, i) => i % 4 === 0 && value < 90);
  expect(written(first!.x, 0, first!.width, first!.y)).toBe(true);
  expect(written(0, missing!.y, missing!.x, missing!.height)).toBe(true);
  const beneath = missing!.y + missing!.height;
  expect(written(0, beneath, layout.width, layout.height - beneath)).toBe(true);
});
