import type { Scope } from "#domain/identity/caller.ts";
import type { Failure } from "#domain/failures.ts";
import type { Destination } from "#domain/publishing/destination.ts";
import { err, ok, type Result } from "#domain/result.ts";
import { callerOf, type ApiContext } from "#api/context.ts";
import { idIn } from "#api/schemas.ts";

/** The destination of this caller that a path names. */
export async function findDestination(
  c: ApiContext,
  scope: Extract<Scope, `publishing:${string}`>,
  text: string,
): Promise<Result<Destination, Failure<"unauthorized" | "forbidden" | "destination_not_found">>> {
  const caller = await callerOf(c, scope);
  if (!caller.ok) return caller;
  const id = idIn("dst", text);
  const found = id === null ? null : await c.var.services.destinations.find(caller.value.creatorId, id);
  return found === null ? err({ code: "destination_not_found" }) : ok(found);
}
