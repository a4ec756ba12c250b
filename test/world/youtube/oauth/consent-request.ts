import { err, ok, type Result } from "#domain/result.ts";
import type { Library } from "#test/world/youtube/library.ts";
import { SCOPES } from "#test/world/youtube/operations.ts";
import type { Code, Project } from "#test/world/youtube/records.ts";

export type ConsentRequest = {
  readonly project: Project;
  readonly redirectUri: string;
  readonly state: string | null;
  readonly scopes: readonly string[];
  readonly challenge: Code["challenge"];
  readonly offline: boolean;
  readonly prompts: readonly string[];
};

/** Shown to the person, never sent back to the client: the request may not be from it. */
export type ConsentError = { readonly status: number; readonly error: string; readonly description: string };

const wrong = (status: number, error: string, description: string): Result<never, ConsentError> => err({ status, error, description });

/** What a client asks for, by the parameters of Google's authorization endpoint. */
export function parseConsentRequest(library: Library, query: URLSearchParams): Result<ConsentRequest, ConsentError> {
  const project = library.projects.get(query.get("client_id") ?? "");
  if (project === null) return wrong(401, "invalid_client", "The OAuth client was not found.");
  const redirectUri = query.get("redirect_uri");
  if (redirectUri === null) return wrong(400, "invalid_request", "Missing required parameter: redirect_uri");
  if (!project.redirect_uris.includes(redirectUri)) {
    return wrong(400, "redirect_uri_mismatch", `The redirect URI in the request, ${redirectUri}, is not one of this client's.`);
  }
  if (query.get("response_type") !== "code") return wrong(400, "unsupported_response_type", `Invalid response_type: only "code" is served`);

  const scopes = [...new Set((query.get("scope") ?? "").split(/\s+/).filter((scope) => scope !== ""))];
  if (scopes.length === 0) return wrong(400, "invalid_request", "Missing required parameter: scope");
  const unknown = scopes.filter((scope) => !SCOPES.some((known) => known === scope));
  if (unknown.length > 0) return wrong(400, "invalid_scope", `Some requested scopes were invalid: ${unknown.join(" ")}`);

  const accessType = query.get("access_type") ?? "online";
  if (accessType !== "online" && accessType !== "offline") return wrong(400, "invalid_request", `Invalid access_type: ${accessType}`);
  const prompts = (query.get("prompt") ?? "").split(/\s+/).filter((prompt) => prompt !== "");
  if (prompts.includes("none") && prompts.length > 1) return wrong(400, "invalid_request", "prompt=none goes with no other");

  const challenge = challengeOf(query);
  if (challenge === undefined) return wrong(400, "invalid_request", "code_challenge is 43 to 128 characters, its method S256 or plain");
  return ok({ project, redirectUri, state: query.get("state"), scopes, challenge, offline: accessType === "offline", prompts });
}

/** RFC 7636, 4.3. */
function challengeOf(query: URLSearchParams): Code["challenge"] | undefined {
  const value = query.get("code_challenge");
  const method = query.get("code_challenge_method") ?? "plain";
  if (value === null) return query.has("code_challenge_method") ? undefined : null;
  if (!/^[A-Za-z0-9._~-]{43,128}$/.test(value)) return undefined;
  return method === "S256" || method === "plain" ? { method, value } : undefined;
}
