import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import { publicOrigin, type ApiContext } from "./context.ts";
import type { ListScope } from "./paging.ts";

const signatureFor = (c: ApiContext, { list, owner, filters }: ListScope, text: string): Promise<string> =>
  c.var.services.secrets.sign("cursor", JSON.stringify(["mark", list, owner, filters, text]));

/** `<text>.<signature>`: something that we said ourselves, worth nothing anywhere else. */
export const markOf = async (c: ApiContext, scope: ListScope, text: string): Promise<string> =>
  `${text}.${await signatureFor(c, scope, text)}`;

/** What `markOf` was given. */
export async function readMark(c: ApiContext, scope: ListScope, mark: string): Promise<Result<string, Failure<"invalid_cursor">>> {
  const dot = mark.lastIndexOf(".");
  const text = mark.slice(0, Math.max(0, dot));
  return mark.slice(dot + 1) === (await signatureFor(c, scope, text)) ? ok(text) : err({ code: "invalid_cursor" });
}

/** Where a walk that goes by something else than ids goes on: the cursor, and the same as a `Link` (RFC 8288). */
export async function nextMark(
  c: ApiContext,
  scope: ListScope,
  text: string | null,
): Promise<{ has_more: boolean; next_cursor: string | null }> {
  if (text === null) return { has_more: false, next_cursor: null };
  const cursor = await markOf(c, scope, text);
  if (c.req.method === "GET") {
    const { pathname, searchParams } = new URL(c.req.url);
    searchParams.set("cursor", cursor);
    c.header("Link", `<${publicOrigin(c)}${pathname}?${searchParams.toString()}>; rel="next"`);
  }
  return { has_more: true, next_cursor: cursor };
}
