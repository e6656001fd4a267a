import { toCamel, toSnake } from "../../../contracts/casing.ts";
import { requestSchema, type RequestInput } from "../../../contracts/request.ts";
import { BOUNDS } from "../container/bounds.ts";
import type { PictureText } from "../container/picture-text.ts";
import { samplerNamed, spacingNamed } from "../foreign-samplers.ts";

/** A program's setting for which the request has no place, or whose value the request does not allow. */
export interface UnmappedSetting {
  name: string;
  value: string;
}

export type Settings = Partial<RequestInput>;

const wireSettings = requestSchema.partial();

/** One program's way of writing settings; undefined where the texts are not its own. */
export type Dialect = (texts: readonly PictureText[]) => Reading | undefined;

/** Gathers a request out of a program's settings, and what could not be mapped; every value is checked as it comes. */
export class Reading {
  readonly program: string;
  readonly settings: Settings = {};
  readonly #unmapped: UnmappedSetting[] = [];

  constructor(program: string) {
    this.program = program;
  }

  get unmapped(): readonly UnmappedSetting[] {
    return this.#unmapped;
  }

  /** Takes a value for a field of the request; one that the contract does not allow is told under its own name. */
  take(field: keyof RequestInput, name: string, value: unknown): void {
    if (value === undefined || value === null) return;
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : NaN;
    // A second pass is our own object; a stranger's may be nested too deeply to walk.
    const tries = typeof value === "object" && field !== "secondPass" ? [] : [value, number];
    const parsed = tries
      .map((tried) => wireSettings.safeParse(toSnake({ [field]: tried })))
      .find(({ success }) => success);
    if (parsed?.data === undefined) return this.leave(name, value);
    Object.assign(this.settings, toCamel(parsed.data));
  }

  /** A sampler by any program's name for it, which may hold the spacing of its sigmas too. */
  takeSampler(name: string, value: unknown): void {
    if (value === undefined || value === null) return;
    const found = typeof value === "string" ? samplerNamed(value) : undefined;
    if (found === undefined) return this.leave(name, value);
    Object.assign(this.settings, found);
  }

  takeSpacing(name: string, value: unknown): void {
    if (value === undefined || value === null) return;
    const sigmas = typeof value === "string" ? spacingNamed(value) : undefined;
    if (sigmas === undefined) return this.leave(name, value);
    // "DPM++ 2M Karras" with the schedule "Automatic" stays Karras.
    if (sigmas !== "default" || this.settings.sigmas === undefined) this.settings.sigmas = sigmas;
  }

  /** Tells a setting that has no place in the request; one that says nothing (empty, off) is not worth a line. */
  leave(name: string, value: unknown): void {
    if (this.#unmapped.length >= BOUNDS.unmapped || saysNothing(value)) return;
    const text = typeof value === "string" ? value : written(value);
    this.#unmapped.push({
      name: shortened(name, BOUNDS.unmappedCharacters),
      value: shortened(text, BOUNDS.unmappedCharacters),
    });
  }

  /** What is left of a record of settings after those named, each under its own name. */
  leaveRest(record: Readonly<Record<string, unknown>>, known: Iterable<string>): void {
    const taken = new Set(known);
    for (const [name, value] of Object.entries(record)) if (!taken.has(name)) this.leave(name, value);
  }
}

/** The JSON object that a text holds, or undefined. Python's writers leave NaN in it, which is no JSON. */
export function jsonObject(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined || !text.trimStart().startsWith("{")) return undefined;
  for (const tried of [text, text.replace(/([[:,]\s?)NaN(?=\s?[\],}])/g, "$1null")]) {
    try {
      return asRecord(JSON.parse(tried));
    } catch {
      // The second try is the last.
    }
  }
  return undefined;
}

export function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

export function textNamed(texts: readonly PictureText[], ...keywords: string[]): string | undefined {
  return texts.find(({ keyword }) => keywords.includes(keyword))?.text;
}

/** A model's name without its folder and its file's ending: "sdxl/vega.safetensors" is "vega" to everyone else. */
export function modelName(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  return value
    .split(/[\\/]/)
    .at(-1)
    ?.replace(/\.(safetensors|ckpt|pt|bin|gguf|onnx)$/i, "");
}

function saysNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** A value as JSON; one that is nested too deeply to be written has a mark only. */
function written(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return "…";
  }
}

function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
