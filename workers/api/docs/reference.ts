import { html } from "hono/html";
import { exampleOf, resolved, typeOf, type JsonSchema, type Operation, type ReferenceDocument } from "./json-schema.ts";
import { page, prose, type Markup } from "./page.ts";

type Schemas = ReferenceDocument["components"]["schemas"];
type Entry = { readonly path: string; readonly method: string; readonly operation: Operation };

const entriesOf = ({ paths }: ReferenceDocument): Entry[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );

/** The API as one page, from its own OpenAPI document. */
export function referencePage(document: ReferenceDocument): Markup {
  const entries = entriesOf(document);
  const sections = document.tags.map((tag) => ({ ...tag, entries: entries.filter(({ operation }) => operation.tags[0] === tag.name) }));
  return page(
    "/docs",
    `${document.info.title} API`,
    html`<div class="intro">
        <h1>${document.info.title} API</h1>
        ${document.info.description.split("\n\n").map((paragraph) => html`<p>${prose(paragraph)}</p>`)}
        <p>As a document for programs: <a href="/openapi.json">openapi.json</a>.</p>
      </div>
      <nav class="operations" aria-label="Operations">
        ${sections.map(
          ({ name, entries: mine }) =>
            html`<p>${name}</p>
              <ul>
                ${mine.map(({ operation }) => html`<li><a href="#${operation.operationId}">${operation.summary}</a></li> `)}
              </ul>`,
        )}
      </nav>
      <div class="all">
        ${sections.map(
          ({ name, description, entries: mine }) =>
            html`<h2 id="${name}">${name}</h2>
              <p>${prose(description)}</p>
              ${mine.map((entry) => section(entry, document.components.schemas))}`,
        )}
      </div>`,
  );
}

function section({ path, method, operation }: Entry, schemas: Schemas): Markup {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation;
  return html`<section class="operation" id="${operationId}" aria-labelledby="${operationId}-heading">
    <h3 id="${operationId}-heading">${summary}</h3>
    <p class="route"><code class="method">${method}</code> <code>${path}</code></p>
    ${description === undefined ? "" : html`<p>${prose(description)}</p>`}
    ${parameters.length === 0 ? "" : parameterTable(parameters, schemas)}
    ${Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) => (schema === undefined ? "" : body(`Request: ${type}`, schema, schemas)))}
    <h4>Answers</h4>
    <table>
      <tbody>
        ${Object.entries(responses).map(
          ([status, { description: text }]) =>
            html`<tr>
              <th scope="row"><code>${status}</code></th>
              <td>${prose(text)}</td>
            </tr> `,
        )}
      </tbody>
    </table>
    ${Object.entries(responses)
      .filter(([status]) => status.startsWith("2"))
      .map(([status, { content = {} }]) => answerBody(status, content["application/json"]?.schema, schemas))}
  </section> `;
}

const answerBody = (status: string, schema: JsonSchema | undefined, schemas: Schemas): Markup | "" =>
  schema === undefined ? "" : body(`Answer ${status}`, schema, schemas);

const parameterTable = (parameters: NonNullable<Operation["parameters"]>, schemas: Schemas): Markup =>
  html`<table>
    <thead>
      <tr>
        <th>Parameter</th>
        <th>In</th>
        <th>Type</th>
        <th>Meaning</th>
      </tr>
    </thead>
    <tbody>
      ${parameters.map(
        ({ name, in: place, required, description, schema = {} }) =>
          html`<tr>
            <td><code>${name}</code>${required === true ? "" : " (optional)"}</td>
            <td>${place}</td>
            <td>${typeOf(schema, schemas)}</td>
            <td>${prose(description ?? schema.description ?? "")}</td>
          </tr> `,
      )}
    </tbody>
  </table>`;

function body(title: string, schema: JsonSchema, schemas: Schemas): Markup {
  const whole = resolved(schema, schemas);
  const required = new Set(whole.required);
  const members = Object.entries(whole.properties ?? {});
  return html`<h4>${title}</h4>
    ${
      members.length === 0
        ? ""
        : html`<table>
            <thead>
              <tr>
                <th>Member</th>
                <th>Type</th>
                <th>Meaning</th>
              </tr>
            </thead>
            <tbody>
              ${members.map(
                ([name, member]) =>
                  html`<tr>
                    <td><code>${name}</code>${required.has(name) ? "" : " (optional)"}</td>
                    <td>${typeOf(member, schemas)}</td>
                    <td>${prose(member.description ?? resolved(member, schemas).description ?? "")}</td>
                  </tr> `,
              )}
            </tbody>
          </table>`
    }
    <details>
      <summary>Example</summary>
      <pre>${JSON.stringify(exampleOf(schema, schemas), null, 2)}</pre>
    </details>`;
}
