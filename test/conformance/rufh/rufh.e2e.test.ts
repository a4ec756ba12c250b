import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchWorld, type LaunchedWorld } from "#test/world/launch.ts";
import { overHttp } from "#test/conformance/over-http.ts";
import { sections } from "./sections.ts";

describe("draft-ietf-httpbis-resumable-upload-11", () => {
  let world: LaunchedWorld;

  beforeAll(async () => {
    world = await launchWorld();
  });

  afterAll(() => world.stop());

  test.for(sections)("$section: $must", async ({ shown }) => {
    expect.hasAssertions();
    await shown(overHttp(world));
  });
});
