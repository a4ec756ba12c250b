import { z } from "zod";
import { CONNECTION_STATUSES } from "#domain/connections/connection.ts";
import { idSchema } from "#domain/id-schema.ts";
import { accountSchema } from "#domain/publishing/account-schema.ts";

export const connectionRow = z.object({
  id: idSchema("con"),
  creatorId: idSchema("crt"),
  account: accountSchema,
  title: z.string(),
  pictureUrl: z.string().nullable(),
  scopes: z.array(z.string()),
  status: z.enum(CONNECTION_STATUSES),
  connectedAt: z.number(),
  changedAt: z.number(),
  sequence: z.number(),
});

export const grantRow = z.object({ id: idSchema("con"), creatorId: idSchema("crt"), grant: z.string() });

export const heldGrantRow = grantRow.pick({ grant: true });

export const owedRevocationRow = grantRow.extend({ account: accountSchema, grantKey: z.string() });

export const consentRequestRow = z.object({
  stateHash: z.string(),
  creatorId: idSchema("crt"),
  kind: z.literal("youtube"),
  connectionId: idSchema("con").nullable(),
  browserHash: z.string().nullable(),
  verifier: z.string(),
  scopes: z.array(z.string()),
  returnTo: z.string().nullable(),
  createdAt: z.number(),
  expiresAt: z.number(),
});

export const namedConsentRow = z.object({ fingerprint: z.string(), createdAt: z.number(), expiresAt: z.number() });
