import { readForm } from "#test/world/youtube/body.ts";
import { holderOf } from "#test/world/youtube/caller.ts";
import type { Call, Reply, Site } from "#test/world/youtube/call.ts";
import { googleError } from "#test/world/youtube/refusals.ts";
import { sha256 } from "#test/world/youtube/secret.ts";

const EMAIL = ["openid", "email", "https://www.googleapis.com/auth/userinfo.email"];

/** `POST /revoke`: of a refresh or an access token; either ends the grant. */
export async function revoke(call: Call): Promise<Reply> {
  const { site, url, note } = call;
  const form = await readForm(call);
  const secret = form.get("token") ?? url.searchParams.get("token") ?? "";
  const hash = sha256(secret);
  const { library, clock } = site;
  const held = library.tokens.get(hash);
  const grant =
    held !== null && held.expires_at > clock.now()
      ? library.grants.get(held.grant_id)
      : library.grants.all().find(({ refresh_sha256 }) => refresh_sha256 === hash);
  if (grant === null || grant === undefined)
    return { status: 400, json: { error: "invalid_token", error_description: "Token expired or revoked" } };
  note.client_id = grant.client_id;
  note.channel_id = grant.channel_id;
  endGrants(site, grant.channel_id, grant.client_id);
  return { status: 200, json: {} };
}

/** A person takes back what a client was granted: every refresh and access token of it is dead. */
export function endGrants({ library }: Site, channelId: string, clientId?: string): number {
  const ended = library.grants.under(channelId).filter(({ client_id }) => clientId === undefined || client_id === clientId);
  for (const { id } of ended) {
    for (const { sha256: hash } of library.tokens.under(id)) library.tokens.drop(hash);
    library.grants.drop(id);
  }
  return ended.length;
}

/** `GET|POST /tokeninfo`. */
export async function tokenInfo(call: Call): Promise<Reply> {
  const { site, url, request } = call;
  const form = await readForm(call);
  const secret = url.searchParams.get("access_token") ?? form.get("access_token");
  const held = holderOf(site.library, site.clock.now(), secret === null ? (request.headers.authorization ?? "") : `Bearer ${secret}`);
  if (!held.ok) return { status: 400, json: { error: "invalid_token", error_description: "Invalid Value" } };
  const { grant, channel } = held.value;
  const hash = sha256(secret ?? request.headers.authorization?.split(/\s+/)[1] ?? "");
  const expiresAt = site.library.tokens.get(hash)?.expires_at ?? site.clock.now();
  return {
    status: 200,
    json: {
      azp: grant.client_id,
      aud: grant.client_id,
      sub: channel.account.sub,
      scope: grant.scopes.join(" "),
      exp: String(Math.floor(expiresAt / 1000)),
      expires_in: String(Math.floor((expiresAt - site.clock.now()) / 1000)),
      ...(grant.scopes.some((scope) => EMAIL.includes(scope)) ? { email: channel.account.email, email_verified: "true" } : {}),
      access_type: grant.refresh_sha256 === null ? "online" : "offline",
    },
  };
}

/** `GET /oauth2/v3/userinfo`. */
export function userInfo({ site, request }: Call): Promise<Reply> {
  const held = holderOf(site.library, site.clock.now(), request.headers.authorization ?? "");
  if (!held.ok) return Promise.resolve(googleError(held.error));
  const { grant, channel } = held.value;
  const email = grant.scopes.some((scope) => EMAIL.includes(scope)) ? { email: channel.account.email, email_verified: true } : {};
  return Promise.resolve({ status: 200, json: { sub: channel.account.sub, ...email } });
}
