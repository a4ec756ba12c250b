import { z } from "zod";
import { parseId, type IdByPrefix } from "./ids.ts";

/** An id with one of these prefixes, as it is read back from where it was stored or sent. */
export const idSchema = <P extends keyof IdByPrefix>(...prefixes: readonly [P, ...P[]]) =>
  z.string().transform((text, context): IdByPrefix[P] => {
    for (const prefix of prefixes) {
      const id = parseId(prefix, text);
      if (id !== null) return id;
    }
    context.addIssue({ code: "custom", message: `not an id of ${prefixes.map((prefix) => `${prefix}_`).join(" or ")}` });
    return z.NEVER;
  });
