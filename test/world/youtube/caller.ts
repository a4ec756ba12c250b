import { ok, type Result } from "#domain/result.ts";
import type { Library } from "./library.ts";
import { type MethodName, METHODS } from "./operations.ts";
import type { Channel, Grant, Project } from "./records.ts";
import { type Refusal, refuse } from "./refusals.ts";
import { sha256 } from "./secret.ts";

/** Who asks: a project on behalf of a channel, or with an API key for nobody. */
export type Caller = { readonly project: Project; readonly channel: Channel | null };
export type Owner = { readonly project: Project; readonly channel: Channel };

export type Credentials = { readonly authorization: string | undefined; readonly key: string | null };

const AUTHORIZATION = { location: "Authorization", locationType: "header" } as const;

/** Authenticates for one method: a token that lives and has one of its scopes, or a key where keys do. */
export function identify(library: Library, now: number, method: MethodName, credentials: Credentials): Result<Caller, Refusal> {
  const { scopes, ...rules } = METHODS[method];
  if (credentials.authorization === undefined) {
    if (credentials.key !== null) {
      const hash = sha256(credentials.key);
      const project = library.projects.all().find((each) => each.api_key_sha256 === hash);
      if (project === undefined) return refuse("keyInvalid");
      return "withKey" in rules ? ok({ project, channel: null }) : refuse("required", undefined, AUTHORIZATION);
    }
    return "withKey" in rules ? refuse("unregisteredCaller") : refuse("required", undefined, AUTHORIZATION);
  }
  const held = holderOf(library, now, credentials.authorization);
  if (!held.ok) return held;
  const { grant, project, channel } = held.value;
  if (!scopes.some((scope) => grant.scopes.includes(scope))) return refuse("insufficientPermissions");
  if (channel.state === "suspended") return refuse("authenticatedUserAccountSuspended");
  return ok({ project, channel });
}

export type Holder = { readonly grant: Grant; readonly project: Project; readonly channel: Channel };

/** Whose token this is, while it lives. */
export function holderOf(library: Library, now: number, authorization: string): Result<Holder, Refusal> {
  const secret = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  const token = secret === undefined ? null : library.tokens.get(sha256(secret));
  const grant = token === null || token.expires_at <= now ? null : library.grants.get(token.grant_id);
  const project = grant === null ? null : library.projects.get(grant.client_id);
  const channel = grant === null ? null : library.channels.get(grant.channel_id);
  if (grant === null || project === null || channel === null) return refuse("authError", undefined, AUTHORIZATION);
  return ok({ grant, project, channel });
}

/** What acts on somebody's behalf needs somebody with a channel. */
export function ownerOf({ project, channel }: Caller): Result<Owner, Refusal> {
  if (channel === null) return refuse("authorizationRequired", undefined, AUTHORIZATION);
  if (channel.state === "none") return refuse("youtubeSignupRequired", undefined, AUTHORIZATION);
  return ok({ project, channel });
}
