import type { Requirement } from "#test/conformance/speaker.ts";
import { core } from "./core.ts";
import { creation } from "./creation.ts";
import { integrity } from "./integrity.ts";

/** Every MUST of tus 1.0.0 (2016-03-25) that is the server's to keep: the core and the extensions that are advertised. */
export const sections: readonly Requirement[] = [...core, ...creation, ...integrity];
