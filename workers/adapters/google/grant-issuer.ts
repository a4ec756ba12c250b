import {
  authorizationCodeGrantRequest,
  AuthorizationResponseError,
  calculatePKCECodeChallenge,
  ClientSecretPost,
  customFetch,
  None,
  processAuthorizationCodeResponse,
  processRefreshTokenResponse,
  processRevocationResponse,
  refreshTokenGrantRequest,
  ResponseBodyError,
  revocationRequest,
  validateAuthResponse,
  type AuthorizationServer,
  type TokenEndpointResponse,
} from "oauth4webapi";
import { readBounded } from "#adapters/read-bounded.ts";
import { retryAfterMs } from "#adapters/webhooks/retry-after.ts";
import type { Config } from "#config";
import type { Grant, GrantIssuer } from "#domain/connections/grant-issuer.ts";
import { accepted, type Answer, type Refusal, type RefusalKind } from "#domain/publishing/answer.ts";

const TIMEOUT_MS = 10_000;
const MAX_REPLY_BYTES = 65_536;
const MAX_DETAIL = 200;
/** Said in every answer of Google's (RFC 9207), whatever its address. */
const ISSUER = "https://accounts.google.com";
/** The library knows Google's own addresses; where a request goes is the configuration's to say, which lets plain http to this machine through. */
const SERVER: AuthorizationServer = {
  issuer: ISSUER,
  token_endpoint: "https://oauth2.googleapis.com/token",
  revocation_endpoint: "https://oauth2.googleapis.com/revoke",
};
/** Of a token that does not say how long it is good. */
const SHORT_LIFE_MS = 10 * 60_000;

type Fetch = (request: Request) => Promise<Response>;

export type IssuerOptions = { readonly now: () => number; readonly send?: Fetch; readonly timeoutMs?: number };

/** Google's OAuth 2.0 for web servers (developers.google.com/identity/protocols/oauth2/web-server). */
export function googleGrantIssuer(project: NonNullable<Config["google"]>, options: IssuerOptions): GrantIssuer {
  const { now, send = (request) => fetch(request), timeoutMs = TIMEOUT_MS } = options;
  const { clientId, clientSecret, authorizationUrl, tokenUrl, revocationUrl } = project;
  const client = { client_id: clientId };
  const secret = ClientSecretPost(clientSecret);

  /** Asks once, within a time limit that the reply's body is under too; `read` is told only what Google has decided. */
  const ask = async <T>(
    address: string,
    call: (how: Transport) => Promise<Response>,
    read: (response: Response) => Promise<T>,
  ): Promise<Answer<T>> => {
    const signal = AbortSignal.timeout(timeoutMs);
    const bounded = async (_address: string, init: RequestInit): Promise<Response> => {
      const response = await send(new Request(address, { ...init, signal }));
      const text = await readBounded(response, MAX_REPLY_BYTES);
      return new Response(text === "" ? null : text, { status: response.status, headers: response.headers });
    };
    try {
      const response = await call({ [customFetch]: bounded });
      const wait = retryAfterMs(response.headers.get("Retry-After"), now());
      if (response.status >= 500) return { kind: "unknown", detail: `Google answered ${response.status}.`, retryAfterMs: wait };
      if (response.status === 429) return refused("busy", "rate_limited", "Google asks to be asked less often.", wait);
      return accepted(await read(response));
    } catch (cause) {
      if (cause instanceof ResponseBodyError) return refusalIn(cause);
      const late = cause instanceof Error && cause.name === "TimeoutError";
      return { kind: "unknown", detail: late ? "Google did not answer in time." : "Google's answer can't be read.", retryAfterMs: null };
    }
  };

  return {
    consentUrl: async ({ state, verifier, scopes, redirectUri }) => {
      const url = new URL(authorizationUrl);
      const parameters = {
        client_id: clientId,
        redirect_uri: redirectUri,
        response_type: "code",
        scope: scopes.join(" "),
        state,
        code_challenge: await calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        access_type: "offline",
        prompt: "consent",
        include_granted_scopes: "true",
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return url.href;
    },

    redeem: async (answer, { state, verifier, redirectUri }) => {
      let checked;
      try {
        checked = validateAuthResponse(SERVER, client, answer, state);
      } catch (cause) {
        const said = cause instanceof AuthorizationResponseError ? cause.error : "it is not from Google";
        return refused("final", "answer_refused", `What came back from Google is no consent: ${said}`);
      }
      return ask(
        tokenUrl,
        (how) => authorizationCodeGrantRequest(SERVER, client, secret, checked, redirectUri, verifier, how),
        async (response) => grantIn(await processAuthorizationCodeResponse(SERVER, client, response)),
      );
    },

    refresh: (refreshToken) =>
      ask(
        tokenUrl,
        (how) => refreshTokenGrantRequest(SERVER, client, secret, refreshToken, how),
        async (response) => grantIn(await processRefreshTokenResponse(SERVER, client, response)),
      ),

    revoke: async (refreshToken) => {
      const answer = await ask(
        revocationUrl,
        (how) => revocationRequest(SERVER, client, None(), refreshToken, how),
        async (response) => {
          await processRevocationResponse(response);
          return null;
        },
      );
      return answer.kind === "refused" && answer.refusal.code === "google.invalid_token" ? accepted(null) : answer;
    },
  };
}

type Transport = { readonly [customFetch]: (address: string, init: RequestInit) => Promise<Response> };

const grantIn = (reply: TokenEndpointResponse): Grant => ({
  accessToken: reply.access_token,
  lifeMs: reply.expires_in === undefined ? SHORT_LIFE_MS : reply.expires_in * 1000,
  refreshToken: reply.refresh_token ?? null,
  scopes: reply.scope === undefined ? null : reply.scope.split(/\s+/).filter((scope) => scope !== ""),
});

const refused = (kind: RefusalKind, code: string, detail: string, wait: number | null = null): { kind: "refused"; refusal: Refusal } => ({
  kind: "refused",
  refusal: { kind, code: `google.${code}`, detail, retryAfterMs: wait, bucket: null },
});

/** RFC 6749 §5.2; `invalid_grant` is revoked, expired, or of a person who changed their password. */
function refusalIn({ error, error_description: description }: ResponseBodyError) {
  const code = error.replace(/[^a-z_]/g, "_").slice(0, 50);
  const detail = (description ?? error).replaceAll(/[<>\p{Cc}]/gu, " ").slice(0, MAX_DETAIL);
  return refused(error === "invalid_grant" ? "reauth" : "final", code, detail);
}
