import { Placeholder, type SQL } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";

/** A statement's text, and what makes its parameters of a run's values. */
export interface FixedStatement {
  readonly text: string;
  readonly parameters: (values: Readonly<Record<string, unknown>>) => unknown[];
}

/**
 * A statement that every request needs, made into its text once: drizzle makes one anew for each run, which takes longer
 * than Postgres does. What changes from run to run is a placeholder; an array stays one parameter.
 */
export function fixed(statement: SQL): FixedStatement {
  const { sql: text, params } = new PgDialect().sqlToQuery(statement);
  return {
    text,
    parameters: (values) =>
      params.map((param) => (param instanceof Placeholder ? values[String(param.name)] : param)),
  };
}
