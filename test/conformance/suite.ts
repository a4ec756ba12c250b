import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchWorld, type LaunchedWorld } from "#test/world/launch.ts";
import { overHttp } from "./over-http.ts";
import type { Requirement } from "./speaker.ts";

/** Every requirement of a protocol, shown on a running world. */
export function conforms(protocol: string, requirements: readonly Requirement[]): void {
  describe(protocol, () => {
    let world: LaunchedWorld;

    beforeAll(async () => {
      world = await launchWorld();
    });

    afterAll(() => world.stop());

    test.for(requirements)("$section: $must", async ({ shown }) => {
      expect.hasAssertions();
      await shown(overHttp(world));
    });
  });
}
