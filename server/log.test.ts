import { DrizzleQueryError } from "drizzle-orm";
import { expect, test } from "vitest";
import { createLog, requestScope } from "./log.ts";

function logged(work: (log: ReturnType<typeof createLog>) => void): Record<string, unknown> {
  let written = "";
  work(createLog("info", "test", { write: (line) => (written += line) }));
  return JSON.parse(written) as Record<string, unknown>;
}

test("a failed query is logged without its parameters: prompts are among them", () => {
  const cause = Object.assign(new Error("the database went away"), { code: "57P01" });
  const error = new DrizzleQueryError("insert into x values ($1)", ["a secret prompt"], cause);
  const line = logged((log) => log.error({ err: error }, "A request failed."));
  expect(JSON.stringify(line)).not.toContain("a secret prompt");
  expect(line["err"]).toMatchObject({
    message: "the database went away",
    code: "57P01",
    query: "insert into x values ($1)",
  });
});

test("any other error keeps its message and stack", () => {
  const line = logged((log) => log.error({ err: new TypeError("not a number") }));
  expect(line["err"]).toMatchObject({ type: "TypeError", message: "not a number" });
});

test("what is logged on behalf of a request carries its id", () => {
  const line = logged((log) => requestScope.run({ request: "abcdefgh" }, () => log.info("Something.")));
  expect(line).toMatchObject({ part: "test", request: "abcdefgh", msg: "Something." });
});
