import type { Scope } from "#domain/identity/caller.ts";
import type { Failure } from "#domain/failures.ts";
import type { CreatorId } from "#domain/ids.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { WebhookEndpoint } from "#domain/webhooks/endpoint.ts";
import { callerOf, type ApiContext } from "#api/context.ts";
import { idIn } from "#api/schemas.ts";

/** Whose request it is, and the endpoint that its path names; whether it is theirs is the endpoint's to say. */
export async function findEndpoint(
  c: ApiContext,
  scope: Extract<Scope, `webhooks:${string}`>,
  text: string,
): Promise<Result<{ creatorId: CreatorId; endpoint: WebhookEndpoint }, Failure<"unauthorized" | "forbidden" | "webhook_not_found">>> {
  const caller = await callerOf(c, scope);
  if (!caller.ok) return caller;
  const id = idIn("whk", text);
  if (id === null) return err({ code: "webhook_not_found" });
  return ok({ creatorId: caller.value.creatorId, endpoint: c.var.services.webhookEndpoints.get(id) });
}
