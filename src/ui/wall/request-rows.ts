import type { Grid } from "../../contracts/grid.ts";
import type { RequestInput } from "../../contracts/request.ts";
import type { Job } from "../../history/database.ts";
import { m } from "../../paraglide/messages.js";
import { axisWords } from "../grid/grid-words.ts";
import { language } from "../language/language.svelte.ts";
import { categoryWords } from "../seeing/category-words.ts";

export type Row = [name: string, value: string];

/** Settings as names and values, in the order in which one reads them; those that are absent are left out. */
export function settingRows(settings: Partial<RequestInput>): Row[] {
  const { width, height, scheduler, sigmas, variationSeed, variationStrength, secondPass } = settings;
  return filled([
    [m.prompt_label(), settings.prompt],
    [m.prompt_negative_label(), settings.negativePrompt],
    [m.setting_seed(), settings.seed],
    [m.setting_steps(), settings.numSteps],
    [m.setting_guidance(), settings.guidanceScale],
    [m.setting_size(), width === undefined || height === undefined ? "" : `${width} × ${height}`],
    [m.setting_scheduler(), scheduler],
    [m.setting_sigmas(), sigmas === "default" ? "" : sigmas],
    [m.setting_start(), startWords(settings)],
    [
      m.setting_variation(),
      variationSeed === undefined || variationStrength === undefined
        ? ""
        : m.setting_variation_value({
            seed: String(variationSeed),
            percent: String(Math.round(variationStrength * 100)),
          }),
    ],
    [m.setting_second_pass(), secondPass === undefined ? "" : secondPassWords(secondPass)],
    [m.setting_syntax(), settings.promptSyntax === "plain" ? m.setting_syntax_plain() : ""],
    [m.setting_model(), settings.model],
  ]);
}

/** The full request and how it was drawn: with it and the model anyone can draw the picture again. */
export function rowsOf({ request, result, drawnBy, createdAt, grid, category }: Job): Row[] {
  const when = new Intl.DateTimeFormat(language.locale, { dateStyle: "medium", timeStyle: "short" });
  const model = [request.model, result?.modelRevision ?? ""].join(" ").trim();
  return filled([
    [m.grid_columns(), grid && axisWords(grid.x)],
    [m.grid_rows(), grid?.y && axisWords(grid.y)],
    ...settingRows(grid === undefined ? { ...request, model } : shared({ ...request, model }, grid)),
    [m.setting_category(), categoryWords(category)],
    [m.setting_drawn_by(), drawnBy],
    [
      m.setting_took(),
      result === null ? "" : m.setting_seconds({ seconds: result.seconds.total.toFixed(1) }),
    ],
    [m.setting_asked(), when.format(createdAt)],
  ]);
}

/** What the pictures of a grid have in common: the prompt too, but for the words that change. */
function shared(request: Job["request"], { x, y }: Grid): Partial<RequestInput> {
  const changed = [x.parameter, y?.parameter];
  const fields = {
    steps: "numSteps",
    guidance: "guidanceScale",
    seed: "seed",
    scheduler: "scheduler",
  } as const;
  const settings: Partial<RequestInput> = { ...request };
  for (const [parameter, field] of Object.entries(fields))
    if (changed.some((one) => one === parameter)) delete settings[field];
  return settings;
}

function startWords({ initImage, maskImage, strength }: Partial<RequestInput>): string {
  if (initImage === undefined) return "";
  const said = { strength: String(strength ?? "") };
  return maskImage === undefined ? m.setting_start_strength(said) : m.setting_start_masked(said);
}

export function secondPassWords({
  scale,
  numSteps,
  strength,
}: NonNullable<RequestInput["secondPass"]>): string {
  return m.setting_second_pass_value({
    scale: String(scale),
    steps: String(numSteps),
    strength: String(strength),
  });
}

function filled(rows: readonly (readonly [string, string | number | null | undefined])[]): Row[] {
  return rows.flatMap(([name, value]): Row[] =>
    value === undefined || value === null || value === "" ? [] : [[name, String(value)]],
  );
}
