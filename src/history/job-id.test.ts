import { expect, it } from "vitest";
import { z } from "zod";
import { newJobId } from "./job-id.ts";

it("names jobs by different UUIDs of version 4", () => {
  const ids = Array.from({ length: 1_000 }, newJobId);
  expect(new Set(ids).size).toBe(1_000);
  for (const id of ids) expect(z.uuidv4().safeParse(id).success).toBe(true);
});
