import { parseId, type AssetId, type CreatorId } from "#domain/ids.ts";
import type { AssetClaim } from "#domain/operators/storage.ts";
import type { ListedObject } from "#domain/uploads/object-inventory.ts";
import type { ListScope } from "#api/paging.ts";

/** Tickets are signed: nobody can name what was not reported to them. */
export const TICKETS: ListScope = { list: "storage-tickets", owner: "operator", filters: {} };

export type Ticket =
  | { readonly kind: "orphan"; readonly key: string; readonly etag: string }
  | { readonly kind: "missing"; readonly assetId: AssetId; readonly creatorId: CreatorId };

export const orphanTicket = ({ key, etag }: Pick<ListedObject, "key" | "etag">): string => `orphan ${key} ${etag}`;
export const missingTicket = ({ id, creatorId }: Pick<AssetClaim, "id" | "creatorId">): string => `missing ${id} ${creatorId}`;

export function ticketIn(text: string): Ticket | null {
  const [kind, first = "", second = ""] = text.split(" ");
  if (kind === "orphan") return { kind, key: first, etag: second };
  const [assetId, creatorId] = [parseId("ast", first), parseId("crt", second)];
  return kind === "missing" && assetId !== null && creatorId !== null ? { kind, assetId, creatorId } : null;
}
