import { describe, expect, test } from "vitest";
import { sections } from "#test/conformance/tus/sections.ts";
import { dialects } from "./harness.ts";

describe("tus 1.0.0, straight to the routes", () => {
  test.for(sections)("$section: $must", async ({ shown }) => {
    expect.hasAssertions();
    await shown(dialects());
  });
});
