import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { brokenPdfs, pdf, swellingPdf } from "../../tests/pdf-files.ts";
import { openPages } from "./document-pages.ts";

const TYPE = "application/pdf";

test("a PDF's pages are pictures of 1280 pixels on their longer side, upright, in RGB", async () => {
  const document = await openPages(pdf(3), TYPE);
  expect(document.count).toBe(3);
  const { width, height, data } = await document.render(2);
  expect([width, height, data.length]).toEqual([1280, 640, 1280 * 640 * 4]);
  const at = (x: number, y: number) => [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)];
  expect(at(320, 300)).toEqual([0, 0, 255, 255]);
  expect(at(960, 300)).toEqual([255, 255, 255, 255]);
});

test("what can't be looked through is refused with its reason, and the next is opened still", async () => {
  for (const { name, bytes, reason } of brokenPdfs()) {
    const opened = openPages(bytes, TYPE).then((document) => document.render(1));
    await expect(opened, name).rejects.toMatchObject({
      code: "unsupported_media",
      path: "file",
      message: expect.stringMatching(reason) as string,
    });
  }
  expect((await openPages(pdf(1), TYPE)).count).toBe(1);
});

test("a PDF that swells takes no more memory than it may", async () => {
  const bytes = swellingPdf();
  const peak = () =>
    Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) / 1024;
  const before = peak();
  const opened = openPages(bytes, TYPE).then((document) => document.render(1));
  await expect(opened).rejects.toMatchObject({ message: expect.stringMatching(/^Page 1/) as string });
  expect(peak() - before).toBeLessThan(400);
});
