import { SvelteSet } from "svelte/reactivity";
import type { GenerationRequest, RequestInput } from "../../contracts/request.ts";
import type { ModelChoice } from "../studio/catalogue.svelte.ts";
import { loadFieldValues, saveFieldValues, type FieldName, type FieldValues } from "./field-values.ts";
import { sizeText, type FieldError } from "./read-fields.ts";

const FIRST_VALUES: FieldValues = {
  prompt: "",
  negativePrompt: "",
  steps: "12",
  guidance: "3",
  count: "1",
  seed: "",
  size: "128x128",
  model: "easel-mini",
  scheduler: "ddim",
  where: "auto",
};

/** The form: its values, kept across visits, and what is wrong with them. */
export class Fields {
  values = $state<FieldValues>({ ...FIRST_VALUES });
  #errors = $state<FieldError[]>([]);
  #refusals = $state(0);
  /** What the user (or an earlier visit) set is not overwritten by what a model suggests, which may come late. */
  readonly #set = new SvelteSet<FieldName>();

  constructor(storage: Pick<Storage, "getItem"> = localStorage) {
    const kept = loadFieldValues(storage);
    this.#assign(kept);
  }

  get errors(): readonly FieldError[] {
    return this.#errors;
  }

  errorOf(field: FieldName): string | null {
    return this.#errors.find((error) => error.field === field)?.message ?? null;
  }

  /** How often the fields were refused: each time the first wrong one wants the focus. */
  get refusals(): number {
    return this.#refusals;
  }

  refuse(errors: FieldError[]): void {
    this.#errors = errors;
    if (errors.length > 0) this.#refusals++;
  }

  /** An edited field is given the benefit of the doubt until the next try. */
  edited(field: FieldName): void {
    this.#set.add(field);
    if (this.#errors.length > 0) this.#errors = this.#errors.filter((error) => error.field !== field);
  }

  save(storage: Pick<Storage, "setItem"> = localStorage): void {
    saveFieldValues(storage, $state.snapshot(this.values));
  }

  /** On the very first visit the model says what suits it. */
  suggest(model: ModelChoice): void {
    const suggested = Object.entries(defaultsOf(model)).filter(
      ([field]) => !this.#set.has(field as FieldName),
    );
    Object.assign(this.values, Object.fromEntries(suggested));
  }

  /** Another model has other sizes and numbers that suit it. */
  chooseModel(model: ModelChoice): void {
    this.values.model = model.id;
    this.takeDefaults(model);
  }

  /** "Use again": the fields as they were for a picture; the seed too, so that it is the same picture. */
  use(request: GenerationRequest): void {
    this.take(request);
  }

  /** Those settings that are given; the other fields stay as they are. */
  take(settings: Partial<RequestInput>): void {
    const { prompt, negativePrompt, numSteps, guidanceScale, seed, width, height, model, scheduler } =
      settings;
    const taken: Partial<FieldValues> = {
      ...(prompt !== undefined && { prompt }),
      ...(negativePrompt !== undefined && { negativePrompt }),
      ...(numSteps !== undefined && { steps: String(numSteps) }),
      ...(guidanceScale !== undefined && { guidance: String(guidanceScale) }),
      ...(seed !== undefined && { seed: String(seed) }),
      ...(width !== undefined && height !== undefined && { size: sizeText([width, height]) }),
      ...(model !== undefined && { model }),
      ...(scheduler !== undefined && { scheduler }),
    };
    this.#assign(taken);
    this.#errors = [];
  }

  takeDefaults(model: ModelChoice): void {
    this.#assign(defaultsOf(model));
    this.#errors = [];
  }

  #assign(values: Partial<FieldValues>): void {
    Object.assign(this.values, values);
    for (const field of Object.keys(values)) this.#set.add(field as FieldName);
  }
}

/** The numbers and the size that the model has as its own. */
function defaultsOf({ defaults }: ModelChoice): Partial<FieldValues> {
  return {
    steps: String(defaults.numSteps),
    guidance: String(defaults.guidanceScale),
    scheduler: defaults.scheduler,
    size: sizeText([defaults.width, defaults.height]),
  };
}
