import { expect } from "vitest";
import type { FaultRequest } from "#test/world/faults.ts";
import type { LaunchedWorld } from "#test/world/launch.ts";

type EdgeFaultRequest = Extract<FaultRequest, { peer: "edge" }>;
type WithoutPlace<T> = T extends unknown ? Omit<T, "peer" | "operation"> : never;

/** Arranges what goes wrong on the way to Sluice, in this order. */
export async function onTheWay(world: LaunchedWorld, ...faults: readonly WithoutPlace<EdgeFaultRequest>[]): Promise<void> {
  for (const fault of faults) await world.control.fault({ peer: "edge", operation: "request", ...fault });
}

/** That all of it has gone wrong: a fault that met no request has shown nothing. */
export async function expectAllHappened(world: LaunchedWorld): Promise<void> {
  expect(await world.control.faults()).toEqual([]);
}
