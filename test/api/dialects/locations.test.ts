import { expect, test } from "vitest";
import { handleIn, locationOf } from "#api/dialects/locations.ts";

test.for([
  ["/files/upl_a.b", "upl_a.b"],
  ["https://sluice.test/files/upl_a.b", "upl_a.b"],
  [locationOf("https://elsewhere.test", "upl_a.b"), "upl_a.b"],
  ["/files/upl_a.b?x=1", "upl_a.b"],
  ["/files/", null],
  ["/files", null],
  ["/files/a/b", null],
  ["/filesx/a", null],
  ["https://", null],
  ["", null],
] as const)("the handle in %j is %j", ([url, handle]) => {
  expect(handleIn(url)).toBe(handle);
});
