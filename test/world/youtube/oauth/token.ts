import { createHash } from "node:crypto";
import { err, ok, type Result } from "#domain/result.ts";
import { readForm } from "#test/world/youtube/body.ts";
import type { Call, Reply, Site } from "#test/world/youtube/call.ts";
import type { Code, Grant, Project } from "#test/world/youtube/records.ts";
import { newId, newSecret, sha256 } from "#test/world/youtube/secret.ts";

const TOKEN_MS = 3_600_000;
/** Google says a second less than it means. */
const EXPIRES_IN = 3_599;
const REFRESH_TOKENS_PER_ACCOUNT = 100;

type TokenError = { readonly status: number; readonly error: string; readonly error_description: string };

const wrong = (error: string, error_description: string, status = 400): Result<never, TokenError> =>
  err({ status, error, error_description });

/** `POST /token`. */
export async function token(call: Call): Promise<Reply> {
  const { site, note, request } = call;
  const form = await readForm(call);
  const client = clientOf(site, form, request.headers.authorization);
  if (!client.ok) return answer(client);
  note.client_id = client.value.client_id;
  switch (form.get("grant_type")) {
    case "authorization_code":
      return answer(byCode(call, client.value, form));
    case "refresh_token":
      return answer(byRefreshToken(call, client.value, form.get("refresh_token") ?? ""));
    default:
      return answer(wrong("unsupported_grant_type", `Invalid grant_type: ${form.get("grant_type") ?? ""}`));
  }
}

function clientOf({ library }: Site, form: URLSearchParams, authorization: string | undefined): Result<Project, TokenError> {
  const basic = /^Basic +(\S+)$/i.exec(authorization ?? "")?.[1];
  const [id, secret] =
    basic === undefined
      ? [form.get("client_id"), form.get("client_secret")]
      : Buffer.from(basic, "base64").toString("utf8").split(":", 2).map(decodeURIComponent);
  const project = library.projects.get(id ?? "");
  if (project === null) return wrong("invalid_client", "The OAuth client was not found.", 401);
  if (typeof secret !== "string" || secret === "") return wrong("invalid_request", "client_secret is missing.");
  return sha256(secret) === project.secret_sha256 ? ok(project) : wrong("invalid_client", "Unauthorized", 401);
}

function byCode({ site, note }: Call, project: Project, form: URLSearchParams): Result<unknown, TokenError> {
  const { library, clock } = site;
  const code = library.codes.get(sha256(form.get("code") ?? ""));
  if (code === null || code.client_id !== project.client_id) return wrong("invalid_grant", "Malformed auth code.");
  if (form.get("redirect_uri") !== code.redirect_uri) return wrong("redirect_uri_mismatch", "Bad Request");
  const verifier = form.get("code_verifier");
  if (code.challenge !== null && verifier === null) return wrong("invalid_grant", "Missing code verifier.");
  if (code.challenge !== null && !isVerified(code.challenge, verifier ?? "")) return wrong("invalid_grant", "Invalid code verifier.");
  library.codes.drop(code.sha256);
  if (code.expires_at <= clock.now()) return wrong("invalid_grant", "Bad Request");

  const refreshToken = code.lasting ? newSecret("1//0") : null;
  const grant: Grant = {
    id: newId("grant_", 16),
    client_id: project.client_id,
    channel_id: code.channel_id,
    scopes: code.scopes,
    refresh_sha256: refreshToken === null ? null : sha256(refreshToken),
    created_at: clock.now(),
  };
  library.grants.put(grant);
  if (refreshToken !== null) forgetOldest(site, grant);
  note.channel_id = grant.channel_id;
  return ok({ ...accessToken(site, grant), ...(refreshToken === null ? {} : { refresh_token: refreshToken }) });
}

function byRefreshToken({ site, note }: Call, project: Project, secret: string): Result<unknown, TokenError> {
  const hash = sha256(secret);
  const grant = site.library.grants.all().find(({ refresh_sha256 }) => refresh_sha256 === hash);
  if (grant === undefined) return wrong("invalid_grant", "Token has been expired or revoked.");
  if (grant.client_id !== project.client_id) return wrong("unauthorized_client", "Unauthorized", 401);
  note.channel_id = grant.channel_id;
  return ok(accessToken(site, grant));
}

function accessToken({ library, clock }: Site, grant: Grant): Readonly<Record<string, unknown>> {
  const secret = newSecret("ya29.", 48);
  library.tokens.put({ sha256: sha256(secret), grant_id: grant.id, expires_at: clock.now() + TOKEN_MS });
  return { access_token: secret, expires_in: EXPIRES_IN, scope: grant.scopes.join(" "), token_type: "Bearer" };
}

/** The 101st refresh token of an account and a client silently ends the first. */
function forgetOldest({ library }: Site, { client_id, channel_id }: Grant): void {
  const lasting = library.grants.under(channel_id).filter((grant) => grant.client_id === client_id && grant.refresh_sha256 !== null);
  for (const grant of lasting.slice(0, -REFRESH_TOKENS_PER_ACCOUNT)) library.grants.put({ ...grant, refresh_sha256: null });
}

function isVerified({ method, value }: NonNullable<Code["challenge"]>, verifier: string): boolean {
  return value === (method === "plain" ? verifier : createHash("sha256").update(verifier).digest("base64url"));
}

function answer(result: Result<unknown, TokenError>): Reply {
  const headers = { "cache-control": "no-cache, no-store, max-age=0, must-revalidate" };
  if (result.ok) return { status: 200, headers, json: result.value };
  const { status, ...json } = result.error;
  return { status, headers, json };
}
