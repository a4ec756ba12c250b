import type { ConnectionId, RequestId } from "#domain/ids.ts";
import { putAndTell } from "./announce.ts";
import type { AccessTokens, Connection, TokenAnswer } from "./connection.ts";
import { grantPlace } from "./directory.ts";
import type { AccessGrant } from "./grant-issuer.ts";
import type { GrantPorts } from "./ports.ts";
import { rewrapGrant } from "./rewrap-grants.ts";

/** A token is replaced when it is good for no longer than this. */
const EARLY_MS = 5 * 60_000;
/** One that is as young was refused for another reason than its age, or replaced by somebody else meanwhile. */
const YOUNG_MS = 5_000;
/** After a refresh that failed everybody is told the same for as long. */
const QUIET_MS = 5_000;
/** Longer than a refresh may take. */
const FLIGHT_MS = 15_000;
const PAUSE_MS = 25;

/** What an isolate knows of one grant: values only, because a request can't wait for another one's promise. */
type Remembered = {
  /** Of the connection: a grant that was given anew, or ended, has another. */
  readonly sequence: number;
  readonly token: string | null;
  readonly obtainedAt: number;
  readonly goodUntil: number;
  readonly refreshingUntil: number;
  readonly failure: { readonly at: number; readonly answer: TokenAnswer } | null;
};

export type TokenMemory = { get(id: ConnectionId): Remembered | undefined; set(id: ConnectionId, remembered: Remembered): void };

/** Of at most `most` connections; the one that was not written for longest goes first. */
export function tokenMemory(most: number): TokenMemory {
  const tokens = new Map<ConnectionId, Remembered>();
  return {
    get: (id) => tokens.get(id),
    set: (id, remembered) => {
      tokens.delete(id);
      tokens.set(id, remembered);
      const [oldest] = tokens.keys();
      if (tokens.size > most && oldest !== undefined) tokens.delete(oldest);
    },
  };
}

export type AccessTokenPorts = GrantPorts & { readonly pause: (ms: number) => Promise<void> };

const NOTHING = { token: null, obtainedAt: 0, goodUntil: 0, refreshingUntil: 0, failure: null } as const;

const away = (detail: string): TokenAnswer => ({ ok: false, reason: "away", detail });
const needsReauth = (detail: string): TokenAnswer => ({ ok: false, reason: "needs_reauth", detail });

/**
 * The directory is asked each time, so that who has disconnected is obeyed at once, in every isolate; tokens are in memory alone.
 * While their issuer is away one is used to its end.
 */
export function accessTokens(ports: AccessTokenPorts, memory: TokenMemory): AccessTokens {
  const { connections, clock, issuer, pause } = ports;

  const take = async (connection: Connection, grant: string, fresh: boolean): Promise<TokenAnswer> => {
    const { id, sequence } = connection;
    for (;;) {
      const now = clock.now();
      const remembered = memory.get(id);
      const known: Remembered = remembered?.sequence === sequence ? remembered : { ...NOTHING, sequence };
      const { token, goodUntil, obtainedAt, failure } = known;
      const isRefused = fresh && now - obtainedAt >= YOUNG_MS;
      if (token !== null && !isRefused && goodUntil - EARLY_MS > now) return { ok: true, accessToken: token };
      const usable: TokenAnswer | null = token !== null && !isRefused && goodUntil > now ? { ok: true, accessToken: token } : null;
      if (failure !== null && now - failure.at < QUIET_MS) return usable ?? failure.answer;
      if (now < known.refreshingUntil) {
        if (usable !== null) return usable;
        await pause(PAUSE_MS);
        continue;
      }
      memory.set(id, { ...known, refreshingUntil: now + FLIGHT_MS });
      const answer = await refreshed(ports, connection, grant);
      const at = clock.now();
      if ("accessToken" in answer) {
        memory.set(id, { ...NOTHING, sequence, token: answer.accessToken, obtainedAt: at, goodUntil: at + answer.lifeMs });
        return { ok: true, accessToken: answer.accessToken };
      }
      memory.set(id, { ...known, refreshingUntil: 0, failure: { at, answer } });
      return usable !== null && !answer.ok && answer.reason === "away" ? usable : answer;
    }
  };

  return {
    get: async (creatorId, id, fresh = false) => {
      const held = await connections.held(creatorId, id);
      if (held === null) return needsReauth("It is not connected any more.");
      if (held.connection.status !== "active") return needsReauth("It has to be connected again.");
      if (issuer === null) return away("This service has no project at Google.");
      return take(held.connection, held.grant, fresh);
    },
  };
}

type Refused = Extract<TokenAnswer, { ok: false }>;

/** Asks for a token; never throws, because others look at what came of it. */
async function refreshed(ports: AccessTokenPorts, connection: Connection, grant: string): Promise<AccessGrant | Refused> {
  const { envelope, issuer, log, clock } = ports;
  const { id, creatorId } = connection;
  const about = { connection_id: id, creator_id: creatorId };
  try {
    const opened = await envelope.open(grant, grantPlace(id));
    if (!opened.ok) {
      log.error("grant not readable", { ...about, cause: opened.error.detail });
      return { ok: false, reason: "away", detail: "The grant can't be read: a sealing key is missing." };
    }
    const answer = (await issuer?.refresh(opened.value.text)) ?? { kind: "unknown", detail: "there is no project", retryAfterMs: null };
    if (answer.kind === "unknown") return { ok: false, reason: "away", detail: answer.detail };
    if (answer.kind === "refused") {
      const { kind, detail, code } = answer.refusal;
      log.warn("grant not refreshed", { ...about, code });
      if (kind !== "reauth") return { ok: false, reason: "away", detail };
      await endGrant(ports, connection, clock.newId("req"));
      return { ok: false, reason: "needs_reauth", detail };
    }
    if (opened.value.stale)
      await rewrapGrant(ports, { id, creatorId, grant }).catch((cause: unknown) => log.warn("grant not wrapped anew", { ...about, cause }));
    return answer.value;
  } catch (cause) {
    log.error("grant not refreshed", { ...about, cause });
    return { ok: false, reason: "away", detail: "Something that this depends on is away." };
  }
}

/** Nothing when the connection has been renewed, or ended, since its grant was looked at. */
async function endGrant(ports: GrantPorts, connection: Connection, requestId: RequestId): Promise<void> {
  const ended = { ...connection, status: "needs_reauth", changedAt: ports.clock.now(), sequence: connection.sequence + 1 } as const;
  await putAndTell(ports, ended, requestId, null);
}
