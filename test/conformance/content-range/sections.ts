import type { Requirement } from "#test/conformance/speaker.ts";
import { asking } from "./asking.ts";
import { storing } from "./storing.ts";

/** Google's resumable protocol, as its documents say it and as its clients rely on it. */
export const sections: readonly Requirement[] = [...storing, ...asking];
