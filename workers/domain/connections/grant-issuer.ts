import type { Answer } from "#domain/publishing/answer.ts";

/** Where a person is asked, and what comes back with them. */
export type ConsentQuestion = {
  readonly state: string;
  /** PKCE (RFC 7636): only its SHA-256 is shown. */
  readonly verifier: string;
  readonly scopes: readonly string[];
  readonly redirectUri: string;
};

export type AccessGrant = { readonly accessToken: string; readonly lifeMs: number };

export type Grant = AccessGrant & {
  /** Null: it is good for as long as its access token. */
  readonly refreshToken: string | null;
  /** Null: as asked for. */
  readonly scopes: readonly string[] | null;
};

/** The peer's authorization server. Refused as `reauth`: the grant is no longer good. */
export interface GrantIssuer {
  consentUrl(question: ConsentQuestion): Promise<string>;
  /** Exchanges the code of an answer, once; whatever goes wrong with it, only a new consent mends it. */
  redeem(answer: URLSearchParams, question: Omit<ConsentQuestion, "scopes">): Promise<Answer<Grant>>;
  refresh(refreshToken: string): Promise<Answer<AccessGrant>>;
  /** Ends everything that the account has granted this project; accepted too when there was nothing left to end. */
  revoke(refreshToken: string): Promise<Answer<null>>;
}
