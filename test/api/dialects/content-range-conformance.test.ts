import { describe, expect, test } from "vitest";
import { sections } from "#test/conformance/content-range/sections.ts";
import { dialects } from "./harness.ts";

describe("Content-Range and 308, straight to the routes", () => {
  test.for(sections)("$section: $must", async ({ shown }) => {
    expect.hasAssertions();
    await shown(dialects());
  });
});
