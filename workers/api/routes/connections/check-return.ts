import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import { publicOrigin, type ApiContext } from "#api/context.ts";

/** An origin that anybody may use from a browser (`*`) is no address that we send people to. */
export function checkReturn(c: ApiContext, text: string | null): Result<string | null, Failure<"return_to_refused">> {
  if (text === null) return ok(null);
  const refuse = (detail: string) => err({ code: "return_to_refused", detail } as const);
  if (!URL.canParse(text)) return refuse("return_to has to be a whole URL.");
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return refuse("return_to may hold no credentials.");
  const allowed = [publicOrigin(c), ...c.var.services.allowedOrigins];
  return allowed.includes(url.origin)
    ? ok(url.href)
    : refuse(`People are only sent back to our own origin and to those that ALLOWED_ORIGINS names.`);
}
