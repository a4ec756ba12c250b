import { html } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

/** A page that runs no script and loads nothing but its style. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGES = [
  { path: "/", title: "Upload" },
  { path: "/docs", title: "API reference" },
  { path: "/docs/problems", title: "Problem codes" },
] as const;

export type Place = (typeof PAGES)[number]["path"];

/** `place`: which of our pages it is; null: none that is linked. */
export const page = (place: Place | null, title: string, body: Markup | Markup[]): Markup =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="icon" href="/console/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/docs/style.css" />
      </head>
      <body class="${place === "/docs" ? "reference" : ""}">
        <header class="top">
          <div class="wide">
            <a class="brand" href="/"><img src="/console/icon.svg" width="28" height="28" alt="" />Sluice</a>
            ${PAGES.map((each) => html`<a href="${each.path}" ${each.path === place ? html`aria-current="page"` : ""}>${each.title}</a>`)}
          </div>
        </header>
        <main class="wide">${body}</main>
      </body>
    </html> `;

/** Plain text with \`code\` in it. */
export const prose = (text: string): Markup =>
  html`${text.split("`").map((piece, index) => (index % 2 === 0 ? html`${piece}` : html`<code>${piece}</code>`))}`;
