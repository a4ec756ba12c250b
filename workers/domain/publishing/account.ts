/** The kinds of peer that something can be published to. */
export const PEER_KINDS = ["youtube"] as const;
export type PeerKind = (typeof PEER_KINDS)[number];

/** An account at a peer: `youtube:<channel>`. Several destinations may point to one. */
export type AccountKey = `${PeerKind}:${string}`;

export const accountKey = (kind: PeerKind, name: string): AccountKey => `${kind}:${name}`;

export function parseAccountKey(text: string): { readonly kind: PeerKind; readonly name: string } | null {
  const colon = text.indexOf(":");
  const kind = PEER_KINDS.find((each) => each === text.slice(0, Math.max(0, colon)));
  const name = text.slice(colon + 1);
  return kind === undefined || name === "" ? null : { kind, name };
}
