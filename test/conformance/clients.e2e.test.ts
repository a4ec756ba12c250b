import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchWorld, type LaunchedWorld } from "#test/world/launch.ts";
import { scenarios } from "./clients.ts";

describe("clients that others wrote", () => {
  let world: LaunchedWorld;

  beforeAll(async () => {
    world = await launchWorld();
  });

  afterAll(() => world.stop());

  test.for(scenarios)("$name", async ({ uploads }) => {
    expect.hasAssertions();
    await uploads(world.url, world.apiKey);
  });
});
