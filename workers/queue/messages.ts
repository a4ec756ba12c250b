import { z } from "zod";
import { type IdByPrefix, parseId } from "#domain/ids.ts";

const idWith = <P extends keyof IdByPrefix>(prefix: P) =>
  z.string().transform((text, context): IdByPrefix[P] => {
    const id = parseId(prefix, text);
    if (id !== null) return id;
    context.addIssue({ code: "custom", message: `not an id of ${prefix}_` });
    return z.NEVER;
  });

/** Every message that a queue of ours carries: imperative and versioned. */
export const messageSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("inspect-asset"),
    v: z.literal(1),
    request_id: idWith("req"),
    creator_id: idWith("crt"),
    asset_id: idWith("ast"),
  }),
]);
