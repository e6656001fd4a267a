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
  /** Values that the user (or an earlier visit) set are not overwritten by a model's defaults. */
  #fromEarlierVisit: boolean;

  constructor(storage: Pick<Storage, "getItem"> = localStorage) {
    const kept = loadFieldValues(storage);
    this.#fromEarlierVisit = Object.keys(kept).length > 0;
    Object.assign(this.values, kept);
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
    if (this.#errors.length > 0) this.#errors = this.#errors.filter((error) => error.field !== field);
  }

  save(storage: Pick<Storage, "setItem"> = localStorage): void {
    saveFieldValues(storage, $state.snapshot(this.values));
  }

  /** On the very first visit the model says what suits it. */
  suggest(model: ModelChoice): void {
    if (this.#fromEarlierVisit) return;
    this.#fromEarlierVisit = true;
    this.takeDefaults(model);
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
    Object.assign(this.values, taken);
    this.#errors = [];
  }

  /** The numbers and the size that the model has as its own. */
  takeDefaults({ defaults }: ModelChoice): void {
    this.values.steps = String(defaults.numSteps);
    this.values.guidance = String(defaults.guidanceScale);
    this.values.scheduler = defaults.scheduler;
    this.values.size = sizeText([defaults.width, defaults.height]);
    this.#errors = [];
  }
}
