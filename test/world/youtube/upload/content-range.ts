import { err, ok, type Result } from "#domain/result.ts";

/** `last` null: as far as the body goes; `total` null: not known yet. */
export type ContentRange =
  | { readonly kind: "query"; readonly total: number | null }
  | { readonly kind: "bytes"; readonly first: number; readonly last: number | null; readonly total: number | null };

const MALFORMED = { code: "malformed" } as const;

// `bytes a-b/T` and `bytes */T`, each number but the first also `*`; `0--1/0` is how nothing at all is sent.
export function parseContentRange(text: string): Result<ContentRange, typeof MALFORMED> {
  const query = /^bytes \*\/(\d{1,15}|\*)$/.exec(text);
  if (query !== null) return ok({ kind: "query", total: numberOf(query[1]) });
  if (text === "bytes 0--1/0") return ok({ kind: "query", total: 0 });
  const [, first, last, total] = /^bytes (\d{1,15})-(\d{1,15}|\*)\/(\d{1,15}|\*)$/.exec(text) ?? [];
  if (first === undefined) return err(MALFORMED);
  const range = { kind: "bytes", first: Number(first), last: numberOf(last), total: numberOf(total) } as const;
  if (range.last !== null && range.last < range.first) return err(MALFORMED);
  if (range.total !== null && (range.last ?? range.first) >= range.total) return err(MALFORMED);
  return ok(range);
}

const numberOf = (text: string | undefined): number | null => (text === undefined || text === "*" ? null : Number(text));
