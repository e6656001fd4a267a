import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { EYES_VERSION } from "../../contracts/sight.ts";

test("a new graph of easel-eyes has a new version, so that what the old one saw is looked at again", async () => {
  const graph = await readFile(new URL("../../../models/easel-eyes/eyes.onnx", import.meta.url));
  expect(createHash("sha256").update(graph).digest("hex").slice(0, 12)).toBe(EYES_VERSION);
});
