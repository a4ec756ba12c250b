import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { documentSchema, exampleOf } from "#api/docs/json-schema.ts";
import { PROBLEMS } from "#api/problem-table.ts";
import { apiUnderTest } from "#test/fakes/api-under-test.ts";

const committed: unknown = JSON.parse(readFileSync(new URL("../../openapi.json", import.meta.url), "utf8"));
const document = documentSchema.parse(committed);
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

test("openapi.json is what the operations say", async () => {
  const { send } = await apiUnderTest();
  const served = await send("/openapi.json", { as: null });
  expect(served.status).toBe(200);
  expect(JSON.parse(served.text)).toEqual(committed);
});

test("every operation has an id of its own, a summary and failures that are declared", () => {
  expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
  for (const { path, operation } of operations) {
    const statuses = Object.keys(operation.responses);
    expect(operation.summary, path).not.toBe("");
    if (path.startsWith("/v1/")) expect(statuses, path).toEqual(expect.arrayContaining(["401", "500"]));
  }
});

test("every answer and every request body has an example", () => {
  const schemas = operations.flatMap(({ operation }) =>
    [operation.requestBody, ...Object.values(operation.responses)].flatMap((part) => part?.content?.["application/json"]?.schema ?? []),
  );
  expect(schemas.length).toBeGreaterThan(15);
  for (const schema of schemas) expect(exampleOf(schema, document.components.schemas)).toMatchObject({});
});

test("the reference page shows every operation, without a script", async () => {
  const { send } = await apiUnderTest();
  const page = await send("/docs", { as: null });
  expect(page.headers.get("Content-Type")).toMatch(/^text\/html/);
  expect(page.headers.get("Content-Security-Policy")).toContain("default-src 'none'; style-src 'self'");
  for (const { operation } of operations)
    expect(page.text).toMatch(new RegExp(`<section class="operation" id="${operation.operationId}"[^>]*>`));
  expect(page.text).not.toContain("<script");
  expect((await send("/docs/style.css", { as: null })).headers.get("Content-Type")).toBe("text/css; charset=utf-8");
});

test("the page of problems has every code, and the first page leads there", async () => {
  const { send } = await apiUnderTest();
  const page = await send("/docs/problems", { as: null });
  for (const code of Object.keys(PROBLEMS)) expect(page.text).toContain(`id="${code}"`);
  const home = await send("/", { as: null });
  for (const path of ["/docs", "/docs/problems", "/openapi.json"]) expect(home.text).toContain(`href="${path}"`);
});
