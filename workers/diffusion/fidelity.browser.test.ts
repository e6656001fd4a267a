import { inject } from "vitest";
import { describeFidelity } from "../../src/core/runtime/fidelity.ts";
import type { RgbaImage } from "../../src/core/tensor/image.ts";
import { createWebRuntime } from "./web-runtime.ts";

const read = async (path: string): Promise<Uint8Array<ArrayBuffer>> => {
  const response = await fetch(`/${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
};

async function decodePng(bytes: Uint8Array<ArrayBuffer>): Promise<RgbaImage> {
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d");
  if (context === null) throw new Error("The browser gave no canvas.");
  context.drawImage(bitmap, 0, 0);
  return { width, height, data: context.getImageData(0, 0, width, height).data };
}

describeFidelity("onnxruntime-web on WASM", {
  runtime: createWebRuntime("wasm"),
  read,
  decodePng,
  pictures: { whole: 4 },
  atLeast: 45,
});

describeFidelity("onnxruntime-web on WebGPU", {
  runtime: createWebRuntime("webgpu"),
  read,
  decodePng,
  // The software adapter of the tests takes seconds a step.
  pictures: { short: inject("soak") ? 2 : 1 },
  atLeast: 35,
});
