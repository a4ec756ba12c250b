import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";

export const requestHeaders = ["Authorization"] as const;
export const responseHeaders = ["WWW-Authenticate"] as const;

const MAX_CHARACTERS = 4096;

// RFC 6750 §2.1: "Bearer" 1*SP b64token; RFC 9110 §11.1: the scheme is case-insensitive.
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/** The token of `Authorization: Bearer …`. What it means is not looked at. */
export function parseBearer(text: string): Result<string, Failure<"unauthorized">> {
  if (text.length > MAX_CHARACTERS) return err({ code: "unauthorized", detail: "the credentials are too long" });
  const token = BEARER.exec(text)?.[1];
  return token === undefined ? err({ code: "unauthorized", detail: "the credentials must be Bearer and one token" }) : ok(token);
}
