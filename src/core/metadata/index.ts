export { formatParameters, parseParameters } from "./parameters.ts";
export type { ParametersExtra } from "./parameters.ts";
export { readPngText, writePngText } from "./png-text.ts";
export { readPictureSettings } from "./read-settings.ts";
export type { PictureSettings } from "./read-settings.ts";
export type { UnmappedSetting } from "./dialects/reading.ts";
