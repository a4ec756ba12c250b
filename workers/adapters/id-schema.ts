import { z } from "zod";
import { parseId, type IdByPrefix } from "#domain/ids.ts";

/** An id as it is read back from where it was stored. */
export const idSchema = <P extends keyof IdByPrefix>(prefix: P) =>
  z.string().transform((text, context): IdByPrefix[P] => {
    const id = parseId(prefix, text);
    if (id !== null) return id;
    context.addIssue({ code: "custom", message: `not an id of ${prefix}_` });
    return z.NEVER;
  });
