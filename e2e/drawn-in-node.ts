import { openDiskModel } from "../server/gpu-worker/inference/disk-models.ts";
import { createNodeRuntime } from "../server/gpu-worker/inference/node-runtime.ts";
import { generate } from "../src/core/generate.ts";
import { completeRequest } from "../src/core/request/complete-request.ts";

/**
 * What onnxruntime-node draws of a request with the model in a folder: the reference for what a browser draws.
 *
 * @param size the only one that the model is to draw, whatever its manifest says
 * @returns RGBA bytes
 */
export async function drawnInNode(
  folder: string,
  request: Parameters<typeof completeRequest>[0],
  size?: [width: number, height: number],
): Promise<Uint8Array> {
  const model = await openDiskModel(folder);
  const manifest = size === undefined ? model.manifest : { ...model.manifest, sizes: [size] };
  const complete = completeRequest(request, manifest, () => 0);
  const signal = new AbortController().signal;
  const { image } = await generate(complete, { ...model, manifest }, createNodeRuntime("cpu"), { signal });
  return Uint8Array.from(image.data);
}

/** Peak signal-to-noise ratio of two pictures' bytes, in dB; of the same ones it is infinite. */
export function decibels(one: Uint8Array, other: Uint8Array): number {
  let squares = 0;
  for (let i = 0; i < one.length; i++) squares += ((one[i] ?? 0) - (other[i] ?? 0)) ** 2;
  return 10 * Math.log10(255 ** 2 / (squares / one.length));
}
