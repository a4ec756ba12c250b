import { describe, expect, test } from "vitest";
import { sections } from "#test/conformance/rufh/sections.ts";
import { dialects } from "./harness.ts";

describe("draft-ietf-httpbis-resumable-upload-11, straight to the routes", () => {
  test.for(sections)("$section: $must", async ({ shown }) => {
    expect.hasAssertions();
    await shown(dialects());
  });
});
