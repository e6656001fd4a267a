import fc from "fast-check";
import type { Schema } from "../api/docs/schema-text.ts";

/** What clients send that nobody thought of: wrong types, text that databases refuse, paths, numbers at the edge. */
const JUNK: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, [], {}, -1, 0, 1.5, 1e308, 2 ** 53, [[[]]], { a: { b: 1 } }),
  fc.constantFrom("", " ", "\u0000", "a\u0000b", "\ud800", "x\udc00y", "💣", "__proto__", "constructor"),
  fc.constantFrom("'; drop table owners; --", "../../../etc/passwd", "http://127.0.0.1:1/", "%00", "${7*7}"),
  fc.jsonValue(),
);

function textOf(schema: Schema): fc.Arbitrary<string> {
  if (schema.format === "uuid") return fc.uuid();
  if (schema.pattern !== undefined) {
    // A pattern that the generator does not know yields text that does not fit, which is as good here.
    try {
      return fc.stringMatching(new RegExp(schema.pattern));
    } catch {
      return fc.string();
    }
  }
  const maxLength = Math.min(schema.maxLength ?? 40, 40);
  return fc.oneof(
    fc.string({ minLength: schema.minLength ?? 0, maxLength }),
    fc.string({ unit: "binary", maxLength }),
    fc.constant("a".repeat((schema.maxLength ?? 100) + 1)),
  );
}

function numberOf(schema: Schema): fc.Arbitrary<number> {
  const [min, max] = [schema.minimum ?? 0, schema.maximum ?? 1000];
  const inside =
    schema.type === "integer"
      ? fc.integer({ min, max })
      : fc.double({ min, max, noNaN: true, noDefaultInfinity: true });
  return fc.oneof(inside, fc.constantFrom(min, max, min - 1, max + 1));
}

function objectOf({ properties = {}, required = [] }: Schema): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, field]) => [name, valueOf(field)]),
  );
  return fc.record(fields, { requiredKeys: required.filter((name) => name in fields) });
}

/** Values of a JSON schema: mostly such as fit it, at its edges too; now and then such as do not. */
export function valueOf(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof({ arbitrary: fitting(schema), weight: 12 }, { arbitrary: JUNK, weight: 1 });
}

function fitting(schema: Schema): fc.Arbitrary<unknown> {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map(valueOf));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.properties !== undefined) return objectOf(schema);
  if (schema.items !== undefined) return fc.array(valueOf(schema.items), { maxLength: 4 });
  const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? ["string"]);
  return fc.oneof(
    ...types.map((type): fc.Arbitrary<unknown> => {
      if (type === "integer" || type === "number") return numberOf({ ...schema, type });
      if (type === "boolean") return fc.boolean();
      if (type === "null") return fc.constant(null);
      return type === "string" ? textOf(schema) : JUNK;
    }),
  );
}
