/** As much of JSON Schema as the description uses. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  prefixItems?: Schema[];
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  default?: unknown;
}

function bounds(schema: Schema): string {
  const told: string[] = [];
  if (schema.format !== undefined) told.push(schema.format);
  if (schema.minimum !== undefined || schema.maximum !== undefined)
    told.push(`${schema.minimum ?? ""}..${schema.maximum ?? ""}`);
  if (schema.maxLength !== undefined) told.push(`at most ${schema.maxLength} characters`);
  if (schema.maxItems !== undefined) told.push(`at most ${schema.maxItems}`);
  if (schema.default !== undefined) told.push(`default ${JSON.stringify(schema.default)}`);
  return told.length === 0 ? "" : ` (${told.join(", ")})`;
}

/** A schema for people: field by field, with bounds; `?` after what may be left out. */
export function schemaText(schema: Schema, indent = ""): string {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.map((choice) => schemaText(choice, indent)).join(" | ");
  if (schema.allOf !== undefined) return schema.allOf.map((part) => schemaText(part, indent)).join(" & ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.items !== undefined) return `[${schemaText(schema.items, indent)}, ...]${bounds(schema)}`;
  if (schema.prefixItems !== undefined)
    return `[${schema.prefixItems.map((item) => schemaText(item, indent)).join(", ")}]`;
  if (schema.properties === undefined) {
    const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? ["anything"]);
    return types.join(" | ") + bounds(schema);
  }
  const inner = `${indent}  `;
  const lines = Object.entries(schema.properties).map(([name, field]) => {
    const optional = schema.required?.includes(name) === true ? "" : "?";
    return `${inner}${name}${optional}: ${schemaText(field, inner)}`;
  });
  return lines.length === 0 ? "{}" : `{\n${lines.join("\n")}\n${indent}}`;
}

/** A body to begin a trial with: the required fields, each with something short. */
export function exampleOf(schema: Schema): unknown {
  const [choice] = schema.anyOf ?? schema.oneOf ?? [];
  if (choice !== undefined) return exampleOf(choice);
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.properties !== undefined) {
    const names = schema.required ?? [];
    return Object.fromEntries(names.map((name) => [name, exampleOf(schema.properties?.[name] ?? {})]));
  }
  const [type] = typeof schema.type === "string" ? [schema.type] : (schema.type ?? []);
  if (type === "integer" || type === "number") return schema.minimum ?? 1;
  if (type === "boolean") return false;
  if (type === "array") return [];
  return type === "string" ? "a red apple" : null;
}
