import { readPictureTexts } from "./container/picture-text.ts";
import { readAutomatic1111 } from "./dialects/automatic1111.ts";
import { readComfyUi } from "./dialects/comfyui.ts";
import { readFooocus } from "./dialects/fooocus.ts";
import { readInvokeAi } from "./dialects/invokeai.ts";
import type { Dialect, Settings, UnmappedSetting } from "./dialects/reading.ts";
import { readSwarmUi } from "./dialects/swarmui.ts";

/** Those with marks of their own first: AUTOMATIC1111's text is what is left. */
const DIALECTS: readonly Dialect[] = [readFooocus, readSwarmUi, readInvokeAi, readComfyUi, readAutomatic1111];

/** What a picture says of how it was drawn. */
export interface PictureSettings {
  /** The program that wrote it. */
  program: string;
  /** Every value is one that the request's schema allows. */
  settings: Settings;
  unmapped: readonly UnmappedSetting[];
}

/**
 * The settings that a picture of Easel, AUTOMATIC1111, ComfyUI, InvokeAI, SwarmUI or Fooocus carries; undefined where
 * it carries none.
 * @param bytes a PNG, JPEG or WebP file
 * @throws EaselError `unsupported_media` where it is none of these.
 */
export async function readPictureSettings(bytes: Uint8Array): Promise<PictureSettings | undefined> {
  const texts = await readPictureTexts(bytes);
  for (const dialect of DIALECTS) {
    const reading = dialect(texts);
    if (reading === undefined || Object.keys(reading.settings).length === 0) continue;
    return { program: reading.program, settings: reading.settings, unmapped: reading.unmapped };
  }
  return undefined;
}
