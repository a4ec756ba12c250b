import { CHECKSUM_ALGORITHMS } from "#api/headers/tus-checksum.ts";
import { TUS_VERSION } from "#api/headers/tus.ts";
import type { Exchange } from "#api/dialects/exchange.ts";
import { tusAnswer } from "./answers.ts";
import { EXTENSIONS } from "./operations.ts";

/** tus 1.0, OPTIONS: what the server can do. A `Tus-Resumable` of the request is not looked at, as it asks. */
export const discovery = ({ intake }: Exchange): Response =>
  tusAnswer(204, {
    "Tus-Version": TUS_VERSION,
    "Tus-Extension": EXTENSIONS.join(","),
    "Tus-Max-Size": String(intake.limits.maxUploadBytes),
    "Tus-Checksum-Algorithm": CHECKSUM_ALGORITHMS.join(","),
  });
