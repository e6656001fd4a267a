import { expect, it } from "vitest";
import { dayText, endOfDay, startOfDay } from "./days.ts";

it("a day is from its first to its last millisecond, in local time", () => {
  const start = startOfDay("2026-11-24")!;
  expect(new Date(start).getHours()).toBe(0);
  expect(endOfDay("2026-11-24")).toBe(startOfDay("2026-11-25")! - 1);
  expect(dayText(start)).toBe("2026-11-24");
  expect(dayText(endOfDay("2026-12-31"))).toBe("2026-12-31");
});

it("what is no day is none", () => {
  expect([startOfDay(""), endOfDay("soon"), dayText(null)]).toEqual([null, null, ""]);
});
