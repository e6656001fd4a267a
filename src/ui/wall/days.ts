const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;

/** The first millisecond of a day as a date field writes it (2026-11-24), in local time; null for none. */
export function startOfDay(text: string): number | null {
  return timeOf(text, 0);
}

/** The last millisecond of that day. */
export function endOfDay(text: string): number | null {
  const next = timeOf(text, 1);
  return next === null ? null : next - 1;
}

/** The local day of a time, as a date field wants it. */
export function dayText(time: number | null): string {
  if (time === null) return "";
  const date = new Date(time);
  const [month, day] = [date.getMonth() + 1, date.getDate()].map((value) => String(value).padStart(2, "0"));
  return `${String(date.getFullYear()).padStart(4, "0")}-${month}-${day}`;
}

function timeOf(text: string, days: number): number | null {
  const [, year, month, day] = DAY.exec(text) ?? [];
  if (year === undefined) return null;
  return new Date(Number(year), Number(month) - 1, Number(day) + days).getTime();
}
