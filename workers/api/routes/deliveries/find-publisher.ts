import type { Scope } from "#domain/identity/caller.ts";
import type { Failure } from "#domain/failures.ts";
import type { CreatorId, DeliveryId } from "#domain/ids.ts";
import type { Publisher } from "#domain/publishing/publisher.ts";
import { err, ok, type Result } from "#domain/result.ts";
import { callerOf, type ApiContext } from "#api/context.ts";
import { idIn } from "#api/schemas.ts";

type Found = { readonly creatorId: CreatorId; readonly id: DeliveryId; readonly publisher: Publisher };

/** Whose request it is, the delivery that its path names, and the publisher that has it. */
export async function findPublisher(
  c: ApiContext,
  scope: Extract<Scope, `publishing:${string}`>,
  text: string,
): Promise<Result<Found, Failure<"unauthorized" | "forbidden" | "delivery_not_found">>> {
  const caller = await callerOf(c, scope);
  if (!caller.ok) return caller;
  const { creatorId } = caller.value;
  const id = idIn("dlv", text);
  const account = id === null ? null : await c.var.services.deliveries.accountOf(creatorId, id);
  if (id === null || account === null) return err({ code: "delivery_not_found" });
  return ok({ creatorId, id, publisher: c.var.services.publishers.get(account) });
}
