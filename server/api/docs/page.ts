import { html, raw } from "hono/html";
import type { Html } from "../pages/plain-page.ts";
import { exampleOf, schemaText, type Schema } from "./schema-text.ts";

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
}

interface Media {
  content?: Record<string, { schema?: Schema }>;
}

interface Operation {
  summary?: string;
  tags?: string[];
  parameters?: Parameter[];
  requestBody?: Media;
  responses?: Record<string, Media & { description?: string }>;
}

/** As much of an OpenAPI document as the page shows. */
export interface ShownDocument {
  info: { title: string; version: string; description?: string };
  tags?: { name: string; description?: string }[];
  paths?: Record<string, Record<string, Operation>>;
}

const BODY_TYPE = "application/json";

function parameterFields(parameters: readonly Parameter[]): Html[] {
  return parameters.map(
    (parameter) =>
      html`<label
        ><span
          ><code>${parameter.name}</code> in ${parameter.in}${parameter.required === true ? "" : ", optional"}
          ${parameter.description ?? ""} <small>${schemaText(parameter.schema ?? {})}</small></span
        ><input
          name="${parameter.name}"
          data-in="${parameter.in}"
          ${parameter.required === true ? "required" : ""}
      /></label>`,
  );
}

function bodyField(schema: Schema): Html {
  const example = JSON.stringify(exampleOf(schema), null, 2);
  return html`<label
      ><span>Body</span
      ><textarea name="body" rows="${Math.min(12, example.split("\n").length + 1)}" spellcheck="false">
${raw("\n")}${example}</textarea>
    </label>
    <details>
      <summary>Its fields</summary>
      <pre>${schemaText(schema)}</pre>
    </details>`;
}

function responseRow(status: string, response: Media & { description?: string }): Html {
  const [type, media] = Object.entries(response.content ?? {})[0] ?? [];
  const schema = media?.schema;
  return html`<dt><code>${status === "default" ? "else" : status}</code></dt>
    <dd>
      ${response.description ?? ""} ${type === undefined ? "" : html`<small>${type}</small>`}
      ${
        schema === undefined || schema.properties === undefined
          ? ""
          : html`<details>
              <summary>Its fields</summary>
              <pre>${schemaText(schema)}</pre>
            </details>`
      }
    </dd>`;
}

function operationSection(path: string, method: string, operation: Operation): Html {
  const body = operation.requestBody?.content?.[BODY_TYPE]?.schema;
  return html`<details class="operation">
    <summary>
      <b class="${method}">${method.toUpperCase()}</b> <code>${path}</code>
      <span>${operation.summary ?? ""}</span>
    </summary>
    <form data-method="${method}" data-path="${path}">
      ${parameterFields(operation.parameters ?? [])} ${body === undefined ? "" : bodyField(body)}
      <button>Send</button>
      <output></output>
    </form>
    <dl>
      ${Object.entries(operation.responses ?? {}).map(([status, response]) => responseRow(status, response))}
    </dl>
  </details>`;
}

/** The page to read the API on, and to try it. What it shows comes from the description alone. */
export function docsPage(document: ShownDocument): Html {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );
  const paragraphs = (document.info.description ?? "").split("\n\n");
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${document.info.title}: the API</title>
        <link rel="stylesheet" href="/api/docs/page.css" />
        <script type="module" src="/api/docs/try-it.js"></script>
      </head>
      <body>
        <main>
          <h1>${document.info.title}: the API <small>${document.info.version}</small></h1>
          ${paragraphs.map((text) => html`<p>${text.replaceAll("`", "")}</p>`)}
          <p><a href="/api/openapi.json">openapi.json</a> says the same to programs.</p>
          <form id="who">
            <label
              ><span>Bearer token for what you try here; empty: this browser's own cookie</span>
              <input name="token" type="password" autocomplete="off"
            /></label>
          </form>
          ${(document.tags ?? []).map(
            ({ name, description }) =>
              html`<section>
                <h2>${name} <small>${description ?? ""}</small></h2>
                ${operations
                  .filter(({ operation }) => operation.tags?.includes(name) === true)
                  .map(({ path, method, operation }) => operationSection(path, method, operation))}
              </section>`,
          )}
        </main>
      </body>
    </html>`;
}
