import { expect, it } from "vitest";
import { pictureFileName } from "./file-name.ts";

it.each([
  ["a cat on a blue background", "a-cat-on-a-blue-background-7.png"],
  ["蓝色背景上的一只猫", "蓝色背景上的一只猫-7.png"],
  ["../../etc/passwd", "etc-passwd-7.png"],
  ['(a:1.3), [b] \\ <c> | "d"?*', "a-1-3-b-c-d-7.png"],
  ["???", "easel-7.png"],
  ["x".repeat(200), `${"x".repeat(48)}-7.png`],
])("names the download of %o safely", (prompt, name) => {
  expect(pictureFileName(prompt, 7)).toBe(name);
});
