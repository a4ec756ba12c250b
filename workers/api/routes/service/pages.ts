import type { Api, ApiContext } from "#api/context.ts";
import { documentSchema } from "#api/docs/json-schema.ts";
import { PAGE_POLICY, type Markup } from "#api/docs/page.ts";
import { problemsPage } from "#api/docs/problems.ts";
import { referencePage } from "#api/docs/reference.ts";
import { STYLE } from "#api/docs/style.ts";
import { openapiDocument } from "#api/openapi-document.ts";

const CACHED = "public, max-age=300";

function show(c: ApiContext, markup: Markup): Response | Promise<Response> {
  c.header("Content-Security-Policy", PAGE_POLICY);
  c.header("Cache-Control", CACHED);
  return c.html(markup);
}

/** What is for people: no operation of the API. */
export function pages(api: Api): void {
  api.get("/docs", (c) => show(c, referencePage(documentSchema.parse(openapiDocument(api)))));
  api.get("/docs/problems", (c) => show(c, problemsPage()));
  api.get("/docs/style.css", (c) => c.body(STYLE, 200, { "Content-Type": "text/css; charset=utf-8", "Cache-Control": CACHED }));
  api.get("/openapi.json", (c) => c.json(openapiDocument(api), 200, { "Cache-Control": CACHED, "Access-Control-Allow-Origin": "*" }));
}
