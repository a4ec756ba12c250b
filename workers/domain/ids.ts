declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Prefixed, time-sortable identifiers: a prefix and 26 characters of Crockford base32 (ULID), lower case. */
export type UploadId = Branded<"UploadId">;
export type AssetId = Branded<"AssetId">;
export type CreatorId = Branded<"CreatorId">;
export type KeyId = Branded<"KeyId">;
export type EventId = Branded<"EventId">;
export type RequestId = Branded<"RequestId">;
export type WebhookId = Branded<"WebhookId">;
export type ConnectionId = Branded<"ConnectionId">;
export type DestinationId = Branded<"DestinationId">;
export type DeliveryId = Branded<"DeliveryId">;

export type IdByPrefix = {
  upl: UploadId;
  ast: AssetId;
  crt: CreatorId;
  key: KeyId;
  evt: EventId;
  req: RequestId;
  whk: WebhookId;
  con: ConnectionId;
  dst: DestinationId;
  dlv: DeliveryId;
};

const BODY = /^[0-9a-hjkmnp-tv-z]{26}$/;

/** The id if `text` has this prefix and a well-formed body, otherwise null. */
export function parseId<P extends keyof IdByPrefix>(prefix: P, text: string): IdByPrefix[P] | null {
  return text.startsWith(`${prefix}_`) && BODY.test(text.slice(prefix.length + 1)) ? (text as IdByPrefix[P]) : null;
}

/** An id from a ULID that the caller made (clock and randomness are not the domain's). */
export const idOf = <P extends keyof IdByPrefix>(prefix: P, ulid: string): IdByPrefix[P] =>
  `${prefix}_${ulid.toLowerCase()}` as IdByPrefix[P];
