import type { Requirement } from "#test/conformance/speaker.ts";
import { integrity } from "./integrity.ts";
import { state } from "./state.ts";
import { transfer } from "./transfer.ts";

/**
 * Every MUST of draft-ietf-httpbis-resumable-upload-11 that is the server's to keep and that an answer shows; what takes a body
 * that is cut or hangs is in `test/api/dialects/rufh.test.ts`. There are no interim responses to hold to anything.
 */
export const sections: readonly Requirement[] = [...state, ...transfer, ...integrity];
