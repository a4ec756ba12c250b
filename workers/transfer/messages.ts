import { z } from "zod";
import { idSchema } from "#domain/id-schema.ts";
import { accountSchema } from "#domain/publishing/account-schema.ts";

/** What the queue of transfers carries: imperative and versioned. */
export const transferMessage = z
  .object({
    type: z.literal("carry-delivery"),
    v: z.literal(1),
    request_id: idSchema("req"),
    account: accountSchema,
    delivery_id: idSchema("dlv"),
    epoch: z.number().int().nonnegative(),
  })
  .transform(({ account, delivery_id: deliveryId, epoch, request_id: requestId }) => ({ account, deliveryId, epoch, requestId }));
