import { z } from "@hono/zod-openapi";
import { parseId, type IdByPrefix } from "#domain/ids.ts";

const PREFIXED = "01k0fzq1y9m3s8v7c2d5e6r4ta";
export const exampleId = (prefix: keyof IdByPrefix): string => `${prefix}_${PREFIXED}`;

export const timeSchema = z.iso.datetime().openapi({ example: "2026-11-20T12:00:00.000Z" });
export const rfc3339 = (epochMs: number): string => new Date(epochMs).toISOString();
export const rfc3339OrNull = (epochMs: number | null): string | null => (epochMs === null ? null : rfc3339(epochMs));

/** The parameter of a path; what has not the form of an id names nothing, and is refused as that. */
export const idParams = (prefix: keyof IdByPrefix) =>
  z.object({ id: z.string().openapi({ param: { name: "id", in: "path" }, example: exampleId(prefix) }) });

export const idIn = <P extends keyof IdByPrefix>(prefix: P, text: string): IdByPrefix[P] | null => parseId(prefix, text);

export const externalIdSchema = z
  .string()
  .min(1)
  .max(255)
  .openapi({ example: "episode-42", description: "What you call it; unique per creator among what is open or complete." });

export const atomIdSchema = z
  .string()
  .min(1)
  .max(255)
  .openapi({ example: "5f2c9b1e", description: "The editorial item that it belongs to." });

const MAX_PAIRS = 50;
export const metadataSchema = z
  .record(z.string().min(1).max(255), z.string().max(1024))
  .refine((pairs) => Object.keys(pairs).length <= MAX_PAIRS, `may have ${MAX_PAIRS} pairs`)
  .openapi({ type: "object", additionalProperties: { type: "string", maxLength: 1024 }, example: { camera: "A" } });

const MAX_KEEP_SECONDS = 100 * 366 * 24 * 3600;
/** Seconds; null: for ever. */
export const keepSchema = z.int().min(60).max(MAX_KEEP_SECONDS).nullable().openapi({ example: 2_592_000 });

export const msOf = (seconds: number | null): number | null => (seconds === null ? null : seconds * 1000);
export const secondsOf = (ms: number | null): number | null => (ms === null ? null : Math.ceil(ms / 1000));

export const security = [{ apiKey: [] }];
export const operatorSecurity = [{ operatorKey: [] }];

export const json = <S extends z.ZodType>(description: string, schema: S) => ({ description, content: { "application/json": { schema } } });
export const jsonBody = <S extends z.ZodType>(schema: S) => ({ required: true, content: { "application/json": { schema } } });
