import { z } from "zod";
import { idSchema } from "#domain/id-schema.ts";

/** Every message that a queue of ours carries: imperative and versioned. */
export const messageSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("inspect-asset"),
    v: z.literal(1),
    request_id: idSchema("req"),
    creator_id: idSchema("crt"),
    asset_id: idSchema("ast"),
  }),
]);
