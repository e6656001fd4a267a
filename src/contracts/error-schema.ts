import { z } from "zod";
import { ERROR_CODES, type ErrorWire } from "./errors.ts";

export const errorSchema = z.object({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  hint: z.string().optional(),
  path: z.string().optional(),
}) satisfies z.ZodType<ErrorWire>;

export const errorBodySchema = z.object({ error: errorSchema });
