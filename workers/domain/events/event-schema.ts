import { z } from "zod";
import { idSchema } from "#domain/id-schema.ts";
import { EVENT_TYPES } from "./event.ts";

/** A `SluiceEvent` as it is read back from wherever it was kept. */
export const eventSchema = z.object({
  id: idSchema("evt"),
  type: z.enum(EVENT_TYPES),
  creatorId: idSchema("crt"),
  resource: idSchema("upl", "ast", "whk", "con", "dlv"),
  sequence: z.int(),
  happenedAt: z.int(),
  requestId: idSchema("req"),
  data: z.record(z.string(), z.unknown()),
});

export const loggedEventSchema = eventSchema.extend({ position: z.int().min(0) });
