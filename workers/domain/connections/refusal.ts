/** Why somebody who came back is not connected: said to them on a page, and to the application as `connection_error`. */
export type ConsentRefusalArms = {
  /** The service has no project at Google. */
  youtube_not_configured: object;
  consent_expired: object;
  /** Used already, or never ours. */
  consent_unknown: object;
  consent_other_browser: object;
  consent_denied: object;
  /** Google sent them back with something else than a consent. */
  consent_failed: { detail: string };
  /** The consent could not be exchanged for a grant; another one can. */
  consent_lost: { detail: string };
  scopes_missing: { scopes: readonly string[] };
  grant_not_lasting: object;
  no_channel: object;
  channel_unreadable: { detail: string };
  other_channel: { expected: string; granted: string };
  connection_gone: object;
};

export type ConsentRefusalCode = keyof ConsentRefusalArms;
export type ConsentRefusal<C extends ConsentRefusalCode = ConsentRefusalCode> = {
  [K in C]: { readonly code: K } & Readonly<ConsentRefusalArms[K]>;
}[C];
