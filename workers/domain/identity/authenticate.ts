import type { Clock } from "#domain/clock.ts";
import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { Caller, Scope } from "./caller.ts";
import type { KeyDirectory } from "./keys.ts";
import type { Secrets } from "./secrets.ts";

const KEY = /^bearer +(key_[0-9a-z]{26}_[\w-]{43})$/i;
const KEY_PREFIX = /^bearer +key_/i;
/** `last_used_at` is written no more often than this. */
const USE_RESOLUTION_MS = 60 * 60_000;

export type Authentication = { readonly keys: KeyDirectory; readonly clock: Clock; readonly secrets: Secrets };

/** The caller whom an API key names; null when the header holds no API key at all. */
export async function callerByKey(
  { keys, clock, secrets }: Authentication,
  authorization: string | null,
): Promise<Result<Caller | null, Failure<"unauthorized">>> {
  if (authorization === null || !KEY_PREFIX.test(authorization)) return ok(null);
  const text = KEY.exec(authorization)?.[1];
  const key = text === undefined ? null : await keys.byHash(await secrets.sha256(text));
  if (key === null) return err({ code: "unauthorized", detail: "This API key is not known." });
  const now = clock.now();
  if (key.revokedAt !== null) return err({ code: "unauthorized", detail: "This API key has been revoked." });
  if (key.expiresAt !== null && key.expiresAt <= now) return err({ code: "unauthorized", detail: "This API key has expired." });
  if (key.lastUsedAt === null || now - key.lastUsedAt >= USE_RESOLUTION_MS) await keys.used(key.id, now);
  return ok({ creatorId: key.creatorId, keyId: key.id, scopes: key.scopes });
}

/** The caller whom an API key with `scope` names. */
export async function callerWith(
  ports: Authentication,
  authorization: string | null,
  scope: Scope,
): Promise<Result<Caller, Failure<"unauthorized" | "forbidden">>> {
  const known = await callerByKey(ports, authorization);
  if (!known.ok) return known;
  const caller = known.value;
  if (caller === null) return err({ code: "unauthorized", detail: "Send `Authorization: Bearer key_…`." });
  return caller.scopes.includes(scope) ? ok(caller) : err({ code: "forbidden", scope });
}
