/**
 * What became of a request to a peer. `refused` says that it had no effect, for certain; whoever is not sure answers `unknown`,
 * and the peer is asked before anything is sent again.
 */
export type Answer<T> =
  | { readonly kind: "accepted"; readonly value: T }
  | { readonly kind: "refused"; readonly refusal: Refusal }
  | { readonly kind: "unknown"; readonly detail: string; readonly retryAfterMs: number | null };

/**
 * - `busy`: the peer is away or slow down; the same again, later
 * - `quota`: an allowance is used up, whose `bucket` says which
 * - `reauth`: the grant is no longer good
 * - `gone`: what the request was about is not there (any more)
 * - `final`: the same request will be refused again
 */
export const REFUSAL_KINDS = ["busy", "quota", "reauth", "gone", "final"] as const;
export type RefusalKind = (typeof REFUSAL_KINDS)[number];

export type Refusal = {
  readonly kind: RefusalKind;
  /** Stable, `<peer>.<reason>` in snake_case: `youtube.invalid_title`. */
  readonly code: string;
  /** The peer's own words, without markup, bounded, without secrets. */
  readonly detail: string;
  readonly retryAfterMs: number | null;
  /** Which allowance, where `kind` is `quota`. `channel`: the channel's own limit on uploads, which is nobody's bucket. */
  readonly bucket: "inserts" | "searches" | "units" | "channel" | null;
};

export const accepted = <T>(value: T): Answer<T> => ({ kind: "accepted", value });
