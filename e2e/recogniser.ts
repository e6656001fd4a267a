import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { InferenceSession, Tensor } from "onnxruntime-node";
import sharp from "sharp";

const folder = fileURLToPath(new URL("../models/lab/recogniser/", import.meta.url));
const SIDE = 128;

interface Labels {
  things: { english: string[] }[];
  colours: { english: string[] }[];
}

let loaded: Promise<{ session: InferenceSession; labels: Labels }> | undefined;

async function load(): Promise<{ session: InferenceSession; labels: Labels }> {
  const labels = JSON.parse(await readFile(`${folder}labels.json`, "utf8")) as Labels;
  return { session: await InferenceSession.create(`${folder}model.onnx`), labels };
}

function indexOfLargest(values: Float32Array): number {
  return values.reduce((best, value, index) => (value > (values[best] ?? -Infinity) ? index : best), 0);
}

/**
 * What an encoded picture shows, in the words of the lab's recogniser, which was trained on drawings alone and never
 * saw the generator: the thing and its ground's colour, each by its first English name.
 */
export async function nameThing(picture: Buffer): Promise<{ thing: string; ground: string }> {
  const { session, labels } = await (loaded ??= load());
  const { data, info } = await sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  if (info.width !== SIDE || info.height !== SIDE || info.channels !== 3) {
    throw new Error(`The recogniser reads ${SIDE} x ${SIDE} RGB; this is ${info.width} x ${info.height}.`);
  }
  const pixels = new Float32Array(3 * SIDE * SIDE); // [1, 3, 128, 128], in [-1, 1]
  for (let pixel = 0; pixel < SIDE * SIDE; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      pixels[channel * SIDE * SIDE + pixel] = (data[3 * pixel + channel] ?? 0) / 127.5 - 1;
    }
  }
  const named = await session.run({ pixels: new Tensor("float32", pixels, [1, 3, SIDE, SIDE]) });
  const thing = indexOfLargest(named["thing"]?.data as Float32Array);
  const ground = indexOfLargest(named["colour"]?.data as Float32Array);
  return { thing: labels.things[thing]?.english[0] ?? "", ground: labels.colours[ground]?.english[0] ?? "" };
}
