import { m } from "../paraglide/messages.js";
import { getLocale, type Locale } from "../paraglide/runtime.js";

/** Numbers, sizes and times as people write them in the page's language. */

const UNITS = { kilobyte: m.size_kilobytes, megabyte: m.size_megabytes, gigabyte: m.size_gigabytes } as const;
type Unit = keyof typeof UNITS;

/** From here on a number's digits may stand in groups. */
const GROUPED = 999;

const FORMATS = new Map<string, Intl.NumberFormat>();

/** Making a format takes longer than using it. */
function formatOf(options: Intl.NumberFormatOptions, locale: string): Intl.NumberFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  const known = FORMATS.get(key);
  if (known !== undefined) return known;
  const made = new Intl.NumberFormat(locale, options);
  FORMATS.set(key, made);
  return made;
}

/** @param digits after the point, exactly so many; undefined: as many as there are, three at most */
export function numberWords(value: number, digits?: number, locale: string = getLocale()): string {
  return formatOf(fixed(digits), locale).format(value);
}

/** @param fraction 0 to 1 */
export function percentWords(fraction: number): string {
  return formatOf({ style: "percent", maximumFractionDigits: 0 }, getLocale()).format(fraction);
}

export function unitWords(value: number, unit: Unit, digits: number, locale: Locale = getLocale()): string {
  return UNITS[unit]({ count: shortNumberWords(value, digits, locale) }, { locale });
}

/** The page tells sizes as it starts, when a slow phone would make a format for a tenth of a second. */
function shortNumberWords(value: number, digits: number, locale: Locale): string {
  if (value >= GROUPED) return numberWords(value, digits, locale);
  return value.toFixed(digits).replace(".", m.decimal_mark({}, { locale }));
}

/** Bytes as people say them: 29.6 MB, 2.51 GB. */
export function sizeWords(bytes: number, locale: Locale = getLocale()): string {
  if (bytes < 1e6) return unitWords(Math.max(1, Math.round(bytes / 1e3)), "kilobyte", 0, locale);
  if (bytes < 1e9) return unitWords(bytes / 1e6, "megabyte", bytes < 1e8 ? 1 : 0, locale);
  return unitWords(bytes / 1e9, "gigabyte", 2, locale);
}

/** How long something takes yet: 40 s, 12 min, 1 h 5 min. */
export function timeWords(seconds: number): string {
  if (seconds < 90) return m.time_seconds({ count: numberWords(Math.max(1, Math.round(seconds))) });
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return m.time_minutes({ count: numberWords(minutes) });
  return m.time_hours({ hours: numberWords(Math.floor(minutes / 60)), minutes: numberWords(minutes % 60) });
}

/** How long something takes about: 40 s, 12 minutes, 3 hours. */
export function aboutTimeWords(seconds: number): string {
  if (seconds < 90) return timeWords(seconds);
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return m.time_about_minutes({ count: minutes });
  return m.time_about_hours({ count: Math.round(minutes / 60) });
}

/** How long ago: now, 5 minutes ago, yesterday. */
export function agoWords(then: number, now = Date.now()): string {
  const format = new Intl.RelativeTimeFormat(getLocale(), { numeric: "auto" });
  const minutes = Math.floor((now - then) / 60_000);
  if (minutes < 1) return format.format(0, "second");
  if (minutes < 60) return format.format(-minutes, "minute");
  if (minutes < 24 * 60) return format.format(-Math.floor(minutes / 60), "hour");
  return format.format(-Math.floor(minutes / (24 * 60)), "day");
}

function fixed(digits: number | undefined): Intl.NumberFormatOptions {
  if (digits === undefined) return {};
  return { minimumFractionDigits: digits, maximumFractionDigits: digits };
}
