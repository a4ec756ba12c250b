import type { ConnectionId, CreatorId, RequestId } from "#domain/ids.ts";
import { accountKey, type AccountKey } from "#domain/publishing/account.ts";
import type { ChannelInfo } from "#domain/publishing/youtube/youtube.ts";
import { err, ok, type Result } from "#domain/result.ts";
import { putAndTell } from "./announce.ts";
import type { Connection } from "./connection.ts";
import { grantPlace, verifierPlace, type ConsentRequest } from "./directory.ts";
import type { Grant } from "./grant-issuer.ts";
import type { ConnectingPorts } from "./ports.ts";
import type { ConsentRefusal } from "./refusal.ts";
import { creatorIn } from "./ticket.ts";
import { missingScopes } from "./youtube-scopes.ts";

/** The query that somebody came back with, and the cookie of their browser. */
export type Return = {
  readonly answer: URLSearchParams;
  readonly browser: string | null;
  readonly redirectUri: string;
  readonly requestId: RequestId;
};

export type FinishedConsent = {
  /** Where they are sent on to; null: our own page. */
  readonly returnTo: string | null;
  readonly outcome: Result<Connection, ConsentRefusal>;
};

/** Ends a consent, once, whatever came of it; what comes from another browser than the one that began it changes nothing. */
export async function finishConnecting(ports: ConnectingPorts, came: Return): Promise<FinishedConsent> {
  const { consents, secrets, clock } = ports;
  const refused = (refusal: ConsentRefusal, returnTo: string | null = null): FinishedConsent => ({ returnTo, outcome: err(refusal) });
  const state = came.answer.get("state") ?? "";
  const creatorId = creatorIn(state);
  if (creatorId === null) return refused({ code: "consent_unknown" });
  const stateHash = await secrets.sha256(state);
  const known = await consents.find(creatorId, stateHash);
  if (known === null) return refused({ code: "consent_unknown" });
  const browserHash = came.browser === null ? null : await secrets.sha256(came.browser);
  if (browserHash === null || browserHash !== known.browserHash) return refused({ code: "consent_other_browser" });
  const request = await consents.take(creatorId, stateHash);
  if (request === null) return refused({ code: "consent_unknown" });
  if (request.expiresAt <= clock.now()) return refused({ code: "consent_expired" }, request.returnTo);
  const error = came.answer.get("error");
  if (error === "access_denied") return refused({ code: "consent_denied" }, request.returnTo);
  if (error !== null) return refused({ code: "consent_failed", detail: error.slice(0, 100) }, request.returnTo);
  return { returnTo: request.returnTo, outcome: await connectWith(ports, request, state, came) };
}

async function connectWith(
  ports: ConnectingPorts,
  request: ConsentRequest,
  state: string,
  { answer, redirectUri, requestId }: Return,
): Promise<Result<Connection, ConsentRefusal>> {
  const { envelope, issuer, youtube, log } = ports;
  const { creatorId } = request;
  if (issuer === null) return err({ code: "youtube_not_configured" });
  const verifier = await envelope.open(request.verifier, verifierPlace(request.stateHash));
  if (!verifier.ok) return err({ code: "consent_lost", detail: "What it began with can't be read any more." });
  const redeemed = await issuer.redeem(answer, { state, verifier: verifier.value.text, redirectUri });
  if (redeemed.kind !== "accepted") {
    const detail = redeemed.kind === "refused" ? redeemed.refusal.detail : redeemed.detail;
    log.warn("consent not redeemed", { creator_id: creatorId, ...(redeemed.kind === "refused" ? { code: redeemed.refusal.code } : {}) });
    return err({ code: "consent_lost", detail });
  }
  const grant = redeemed.value;
  const scopes = grant.scopes ?? request.scopes;
  const giveBack = async (refusal: ConsentRefusal, account: AccountKey | null): Promise<Result<never, ConsentRefusal>> => {
    await letGo(ports, creatorId, grant, account);
    return err(refusal);
  };

  const missing = missingScopes(request.scopes, scopes);
  if (missing.length > 0) return giveBack({ code: "scopes_missing", scopes: missing }, null);
  const { refreshToken } = grant;
  if (refreshToken === null) return giveBack({ code: "grant_not_lasting" }, null);
  const channels = await youtube.channels(grant.accessToken);
  if (channels.kind === "unknown") return giveBack({ code: "channel_unreadable", detail: channels.detail }, null);
  if (channels.kind === "refused" && channels.refusal.code !== "youtube.youtube_signup_required")
    return giveBack({ code: "channel_unreadable", detail: channels.refusal.detail }, null);
  const channel = channels.kind === "accepted" ? channels.value[0] : undefined;
  if (channel === undefined) return giveBack({ code: "no_channel" }, null);

  const account = accountKey("youtube", channel.id);
  const kept = await keep(ports, request, { channel, account, scopes, refreshToken }, requestId);
  if (!kept.ok) return giveBack(kept.error, account);
  // Who is not told looks again within the hour.
  await ports.publishers
    .get(account)
    .reconnected(kept.value.id)
    .catch((cause: unknown) => log.warn("publisher not told", { account, cause }));
  return kept;
}

type Granted = {
  readonly channel: ChannelInfo;
  readonly account: AccountKey;
  readonly scopes: readonly string[];
  readonly refreshToken: string;
};

/** Connecting an account again renews the connection that there is. */
async function keep(
  ports: ConnectingPorts,
  { creatorId, connectionId }: ConsentRequest,
  { channel, account, scopes, refreshToken }: Granted,
  requestId: RequestId,
): Promise<Result<Connection, ConsentRefusal<"connection_gone" | "other_channel">>> {
  const { connections, envelope, clock } = ports;
  for (;;) {
    const known = connectionId === null ? await connections.byAccount(creatorId, account) : await connections.find(creatorId, connectionId);
    if (connectionId !== null && known === null) return err({ code: "connection_gone" });
    if (known !== null && known.account !== account) return err({ code: "other_channel", expected: known.title, granted: channel.title });
    const now = clock.now();
    const id: ConnectionId = known?.id ?? clock.newId("con");
    const connection: Connection = {
      id,
      creatorId,
      account,
      title: channel.title,
      pictureUrl: channel.pictureUrl,
      scopes,
      status: "active",
      connectedAt: now,
      changedAt: now,
      sequence: (known?.sequence ?? 0) + 1,
    };
    const grant = { text: await envelope.seal(refreshToken, grantPlace(id)), key: envelope.newestKey };
    if (await putAndTell(ports, connection, requestId, grant)) return ok(connection);
  }
}

/**
 * Gives a grant back that is not kept. Google would end every other grant of the account with it: what the creator has connected, or
 * could have, is left alone, and the tokens are only forgotten.
 */
async function letGo(ports: ConnectingPorts, creatorId: CreatorId, grant: Grant, account: AccountKey | null): Promise<void> {
  const { connections, issuer, log } = ports;
  const isUsed =
    account === null
      ? (await connections.list(creatorId, { limit: 1, before: null })).items.length > 0
      : (await connections.byAccount(creatorId, account)) !== null;
  if (isUsed || issuer === null) return;
  const answer = await issuer.revoke(grant.refreshToken ?? grant.accessToken);
  if (answer.kind !== "accepted") log.warn("grant not given back", { creator_id: creatorId });
}
