import { z } from "@hono/zod-openapi";
import type { Switch } from "#domain/operators/switches.ts";
import { exampleId, rfc3339, timeSchema } from "#api/schemas.ts";

export const reasonSchema = z
  .string()
  .min(1)
  .max(500)
  .openapi({ example: "Maintenance until 14:00 UTC.", description: "Told to whoever is refused: write it for them." });

export const switchSchema = z
  .object({
    key: z.string().openapi({ example: `uploads:${exampleId("crt")}` }),
    reason: reasonSchema,
    set_by: z.string().openapi({ example: "access:anna@newsroom.example" }),
    set_at: timeSchema,
  })
  .openapi("Switch");

export const switchParams = z.object({
  key: z.string().openapi({
    param: { name: "key", in: "path" },
    example: "uploads",
    description:
      "`uploads` for everybody, `uploads:crt_…` for one creator; `publishing` for everything that goes out, `publishing:youtube` for one kind of peer, `publishing:youtube:UC…` for one account.",
  }),
});

export const switchResource = ({ key, reason, setBy, setAt }: Switch): z.input<typeof switchSchema> => ({
  key,
  reason,
  set_by: setBy,
  set_at: rfc3339(setAt),
});
