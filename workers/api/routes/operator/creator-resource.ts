import { z } from "@hono/zod-openapi";
import type { Creator } from "#domain/identity/creators.ts";
import { exampleId, keepSchema, rfc3339, secondsOf, timeSchema } from "#api/schemas.ts";

export const creatorNameSchema = z.string().min(1).max(255).openapi({ example: "Newsroom" });

export const creatorSchema = z
  .object({
    id: z.string().openapi({ example: exampleId("crt") }),
    name: z.string().openapi({ example: "Newsroom" }),
    external_id: z.string().nullable().openapi({ example: "newsroom" }),
    keep_seconds: keepSchema.openapi({ description: "How long new assets are kept; null: until they are deleted." }),
    keep_after_verified_seconds: keepSchema.openapi({
      example: null,
      description: "How long they are kept once the last of their deliveries has been verified.",
    }),
    created_at: timeSchema,
  })
  .openapi("Creator");

export const creatorResource = (creator: Creator): z.input<typeof creatorSchema> => ({
  id: creator.id,
  name: creator.name,
  external_id: creator.externalId,
  keep_seconds: secondsOf(creator.keepMs),
  keep_after_verified_seconds: secondsOf(creator.keepAfterVerifiedMs),
  created_at: rfc3339(creator.createdAt),
});
