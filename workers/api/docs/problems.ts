import { html } from "hono/html";
import { PROBLEMS } from "#api/problem-table.ts";
import { page, type Markup } from "./page.ts";

/** Where the `type` of every problem leads. */
export const problemsPage = (): Markup =>
  page(
    "/docs/problems",
    "Sluice: problems",
    html`<h1>Problems</h1>
      <p class="lede">
        Errors are <code>application/problem+json</code> (RFC 9457). Programs go by <code>code</code>; a retryable one may succeed when the
        same request, or the one that follows from the offset, is sent again.
      </p>
      <table class="problems">
        <thead>
          <tr>
            <th>Code</th>
            <th>Status</th>
            <th>Meaning</th>
            <th>Retryable</th>
          </tr>
        </thead>
        <tbody>
          ${Object.entries(PROBLEMS).map(
            ([code, { status, title, retryable }]) =>
              html`<tr id="${code}">
                <td><code>${code}</code></td>
                <td>${status}</td>
                <td>${title}.</td>
                <td data-label="Retryable">${retryable ? "yes" : "no"}</td>
              </tr> `,
          )}
        </tbody>
      </table>`,
  );
