import { z } from "@hono/zod-openapi";
import { SCOPES } from "#domain/identity/caller.ts";
import type { ApiKey, KeyDraft } from "#domain/identity/keys.ts";
import { exampleId, rfc3339, rfc3339OrNull, timeSchema } from "#api/schemas.ts";

const scopesSchema = z
  .array(z.enum(SCOPES))
  .min(1)
  .openapi({ example: ["uploads:write", "uploads:read"] });

export const keyDraftSchema = z
  .strictObject({
    name: z.string().min(1).max(255).openapi({ example: "Ingest machine" }),
    scopes: scopesSchema.optional().openapi({ description: "Left out: as many as whoever creates it has." }),
    expires_at: timeSchema.optional().openapi({ description: "Left out: never." }),
  })
  .openapi("KeyDraft");

export const keySchema = z
  .object({
    id: z.string().openapi({ example: exampleId("key") }),
    creator_id: z.string().openapi({ example: exampleId("crt") }),
    name: z.string().openapi({ example: "Ingest machine" }),
    scopes: scopesSchema,
    created_at: timeSchema,
    expires_at: timeSchema.nullable(),
    revoked_at: timeSchema.nullable(),
    last_used_at: timeSchema.nullable().openapi({ description: "To the hour." }),
  })
  .openapi("Key");

export const issuedKeySchema = keySchema
  .extend({
    key: z.string().openapi({
      example: `${exampleId("key")}_Jk3mX0aRrVQxq0mUo3nSg1u4bB7yZc9dLw2eHf5tPiA`,
      description: "Shown this once; only its hash is kept.",
    }),
  })
  .openapi("IssuedKey");

export const keyDraftOf = ({ name, scopes, expires_at }: z.output<typeof keyDraftSchema>, granted: KeyDraft["scopes"]): KeyDraft => ({
  name,
  scopes: scopes ?? granted,
  expiresAt: expires_at === undefined ? null : Date.parse(expires_at),
});

export const keyResource = (key: ApiKey): z.input<typeof keySchema> => ({
  id: key.id,
  creator_id: key.creatorId,
  name: key.name,
  scopes: [...key.scopes],
  created_at: rfc3339(key.createdAt),
  expires_at: rfc3339OrNull(key.expiresAt),
  revoked_at: rfc3339OrNull(key.revokedAt),
  last_used_at: rfc3339OrNull(key.lastUsedAt),
});

export const issuedKeyResource = ({ key, text }: { key: ApiKey; text: string }): z.input<typeof issuedKeySchema> => ({
  ...keyResource(key),
  key: text,
});
