import { z } from "zod";
import type { Style } from "./styles.ts";

const styleSchema = z.object({
  name: z.string().trim().min(1).max(100),
  prompt: z.string().max(10_000),
  negativePrompt: z.string().max(10_000),
});

const fileSchema = z.object({ easel_styles: z.literal(1), styles: z.array(styleSchema).max(5_000) });

/** The file that another browser imports. */
export function writeStyles(styles: readonly Style[]): string {
  return `${JSON.stringify({ easel_styles: 1, styles }, null, 2)}\n`;
}

/** Styles from our own file or AUTOMATIC1111's styles.csv (name, prompt, negative_prompt); null where it is neither. */
export function readStyles(text: string): Style[] | null {
  try {
    const parsed = fileSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data.styles : null;
  } catch {
    return readCsv(text);
  }
}

function readCsv(text: string): Style[] | null {
  const [header = [], ...rows] = csvRows(text.replace(/^\uFEFF/, ""));
  const [name, prompt, negative] = ["name", "prompt", "negative_prompt"].map((column) =>
    header.indexOf(column),
  );
  if (name === undefined || prompt === undefined || name < 0 || prompt < 0) return null;
  return rows.flatMap((row) => {
    const style = { name: row[name], prompt: row[prompt] ?? "", negativePrompt: row[negative ?? -1] ?? "" };
    const parsed = styleSchema.safeParse(style);
    return parsed.success ? [parsed.data] : [];
  });
}

/** RFC 4180: fields may be quoted, a quoted one holds commas, line ends and doubled quotes. */
function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain = "", end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ",") continue;
    if (row.some((field) => field !== "")) rows.push(row);
    row = [];
  }
  return rows;
}
