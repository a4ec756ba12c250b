import { z } from "@hono/zod-openapi";
import type { Failure } from "#domain/failures.ts";
import { parseId, type IdByPrefix } from "#domain/ids.ts";
import type { Page, PageRequest } from "#domain/page.ts";
import { err, ok, type Result } from "#domain/result.ts";
import { publicOrigin, type ApiContext } from "./context.ts";

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20).openapi({ example: 20 }),
  cursor: z.string().max(200).optional().openapi({ description: "`next_cursor` of the page before." }),
});

export const pageSchema = <S extends z.ZodType>(item: S) =>
  z.object({ data: z.array(item), has_more: z.boolean(), next_cursor: z.string().nullable() });

/** What a list is of: a cursor belongs to one list with one set of filters. */
export type ListScope = { readonly list: string; readonly owner: string; readonly filters: Readonly<Record<string, string | null>> };

const signatureFor = (c: ApiContext, { list, owner, filters }: ListScope, id: string): Promise<string> =>
  c.var.services.secrets.sign("cursor", JSON.stringify([list, owner, filters, id]));

/** `<last id>.<signature>`: opaque to clients, worth nothing in any other list. */
export async function readPage<P extends keyof IdByPrefix>(
  c: ApiContext,
  prefix: P,
  scope: ListScope,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<Result<PageRequest<IdByPrefix[P]>, Failure<"invalid_cursor">>> {
  if (cursor === undefined) return ok({ limit, before: null });
  const [text = "", signature] = cursor.split(".");
  const id = parseId(prefix, text);
  if (id === null || signature !== (await signatureFor(c, scope, id))) return err({ code: "invalid_cursor" });
  return ok({ limit, before: id });
}

/** The page as JSON, and where the next one is as a `Link` (RFC 8288). */
export async function writePage<T extends { readonly id: string }, R>(
  c: ApiContext,
  scope: ListScope,
  page: Page<T>,
  resource: (item: T) => R,
): Promise<{ data: R[]; has_more: boolean; next_cursor: string | null }> {
  const last = page.items.at(-1);
  const next = page.hasMore && last !== undefined ? `${last.id}.${await signatureFor(c, scope, last.id)}` : null;
  if (next !== null) {
    const { pathname, searchParams } = new URL(c.req.url);
    searchParams.set("cursor", next);
    c.header("Link", `<${publicOrigin(c)}${pathname}?${searchParams.toString()}>; rel="next"`);
  }
  return { data: page.items.map(resource), has_more: page.hasMore, next_cursor: next };
}
