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

// The software adapter of the tests takes ten seconds a step: here for the full counts. Each time, the page draws on
// WebGPU beside onnxruntime-node, which is held to diffusers' pictures (e2e/draw.spec.ts).
if (inject("soak"))
  describeFidelity("onnxruntime-web on WebGPU", {
    runtime: createWebRuntime("webgpu"),
    read,
    decodePng,
    pictures: { short: 2 },
    atLeast: 35,
  });
