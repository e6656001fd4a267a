import { SETTINGS } from "./settings.ts";

/** The README's table of settings, in Markdown as the formatter writes it. */
export function settingsTable(): string {
  const rows = Object.entries(SETTINGS).map(([name, { description, fallback }]) => [
    `\`${name}\``,
    fallback === undefined ? "" : `\`${fallback}\``,
    description,
  ]);
  const all = [["Setting", "Default", "What it does"], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = widths.map((width) => "-".repeat(width));
  return [line(all[0] ?? []), line(rule), ...rows.map(line)].join("\n");
}
