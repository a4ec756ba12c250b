import type { z } from "@hono/zod-openapi";
import type { Term } from "#domain/assets/asset.ts";
import { keepSchema, msOf, timeSchema } from "#api/schemas.ts";

/** How long an asset is to be kept, as requests say it: null is for ever, what is left out is said elsewhere. */
export const termFields = {
  keep_until: timeSchema.nullable().optional(),
  keep_after_verified_seconds: keepSchema.optional(),
};

/** A time that has passed is no term: what is to go at once is deleted. */
export const isPast = (keepUntil: number | null | undefined, now: number): boolean => typeof keepUntil === "number" && keepUntil <= now;

type TermFields = { readonly [F in keyof typeof termFields]?: z.output<(typeof termFields)[F]> };

export const termIn = ({ keep_until: keepUntil, keep_after_verified_seconds: keepAfterVerified }: TermFields): Partial<Term> => ({
  ...(keepUntil === undefined ? {} : { keepUntil: keepUntil === null ? null : Date.parse(keepUntil) }),
  ...(keepAfterVerified === undefined ? {} : { keepAfterVerifiedMs: msOf(keepAfterVerified) }),
});
