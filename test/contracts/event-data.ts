import { expect } from "vitest";
import { EVENT_DATA } from "#api/routes/events/event-data.ts";

/** What happened is told in the words of the OpenAPI document: nothing is missing, and nothing there that it does not know. */
export function expectDescribed({ type, data }: { readonly type: string; readonly data: unknown }): void {
  const [, schema] = Object.entries(EVENT_DATA).find(([known]) => known === type) ?? expect.fail(`no event is called ${type}`);
  expect(schema.safeParse(data), type).toMatchObject({ success: true });
  expect(Object.keys(schema.shape), type).toEqual(expect.arrayContaining(Object.keys({ ...(typeof data === "object" && data) })));
}
