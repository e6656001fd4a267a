export { formatParameters, parseParameters } from "./parameters.ts";
export type { ParametersExtra } from "./parameters.ts";
export { readPngText, writePngText } from "./png-text.ts";
