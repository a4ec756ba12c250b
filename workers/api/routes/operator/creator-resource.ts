import { z } from "@hono/zod-openapi";
import type { Creator } from "#domain/identity/creators.ts";
import { exampleId, rfc3339, timeSchema } from "#api/schemas.ts";

export const creatorSchema = z
  .object({
    id: z.string().openapi({ example: exampleId("crt") }),
    name: z.string().openapi({ example: "Newsroom" }),
    external_id: z.string().nullable().openapi({ example: "newsroom" }),
    created_at: timeSchema,
  })
  .openapi("Creator");

export const creatorResource = (creator: Creator): z.input<typeof creatorSchema> => ({
  id: creator.id,
  name: creator.name,
  external_id: creator.externalId,
  created_at: rfc3339(creator.createdAt),
});
