import { envelope } from "#adapters/crypto/envelope.ts";
import type { SealingKeys } from "#adapters/crypto/key-ring.ts";
import { connecting } from "#domain/connections/connecting.ts";
import type { AccessGrant, ConsentQuestion, Grant, GrantIssuer } from "#domain/connections/grant-issuer.ts";
import type { ConnectingPorts } from "#domain/connections/ports.ts";
import type { CreatorId } from "#domain/ids.ts";
import { accepted, type Answer } from "#domain/publishing/answer.ts";
import type { ChannelInfo } from "#domain/publishing/youtube/youtube.ts";
import { newId, NOW } from "./builders.ts";
import { collectedLog } from "./collected-log.ts";
import { memoryConnections, memoryConsents } from "./memory-connections.ts";
import { memoryEventLog } from "./memory-event-log.ts";
import { nodeSecrets } from "./node-secrets.ts";

const AUTH = "https://www.googleapis.com/auth/";
export const UPLOAD = `${AUTH}youtube.upload`;
export const READ = `${AUTH}youtube.readonly`;
export const MANAGE = `${AUTH}youtube`;
export const REDIRECT_URI = "https://sluice.test/oauth/youtube/callback";
export const CHANNEL: ChannelInfo = { id: "UC-films", title: "Zoë's films", pictureUrl: "https://yt3.example/picture" };

export const KEYS: SealingKeys = [{ id: "a", bytes: new Uint8Array(32).fill(1) }];

export const refusedAs = (kind: "reauth" | "final" | "busy", code: string): Answer<never> => ({
  kind: "refused",
  refusal: { kind, code, detail: `Google says ${code}.`, retryAfterMs: null, bucket: null },
});
export const unanswered: Answer<never> = { kind: "unknown", detail: "Google did not answer in time.", retryAfterMs: null };

/** Says what it is told to say, and remembers what it was asked. */
function fakeIssuer() {
  const issued = { count: 0 };
  const asked = { consents: [] as ConsentQuestion[], redeemed: [] as string[], refreshed: [] as string[], revoked: [] as string[] };
  const answers: { redeem: Answer<Grant> | null; refresh: Answer<AccessGrant> | null; revoke: Answer<null> } = {
    redeem: null,
    refresh: null,
    revoke: accepted(null),
  };
  const issuer: GrantIssuer = {
    consentUrl: async (question) => {
      asked.consents.push(question);
      return `https://accounts.example/auth?state=${question.state}`;
    },
    redeem: async (_answer, { verifier }) => {
      asked.redeemed.push(verifier);
      issued.count += 1;
      const { count } = issued;
      return (
        answers.redeem ??
        accepted({ accessToken: `access-${count}`, lifeMs: 3_600_000, refreshToken: `refresh-${count}`, scopes: [UPLOAD, READ] })
      );
    },
    refresh: async (refreshToken) => {
      asked.refreshed.push(refreshToken);
      issued.count += 1;
      return answers.refresh ?? accepted({ accessToken: `access-${issued.count}`, lifeMs: 3_600_000 });
    },
    revoke: async (refreshToken) => {
      asked.revoked.push(refreshToken);
      return answers.revoke;
    },
  };
  return { issuer, asked, answers };
}

export function connectingUnderTest(changes: Partial<ConnectingPorts> = {}) {
  const time = { now: NOW };
  const events = memoryEventLog();
  const log = collectedLog();
  const google = fakeIssuer();
  const channels: { answer: Answer<readonly ChannelInfo[]> } = { answer: accepted([CHANNEL]) };
  const relays = { woken: 0, wake: async () => void (relays.woken += 1), wakeAll: async () => undefined };
  const consents = memoryConsents();
  const reconnected: string[] = [];
  const ports: ConnectingPorts = {
    publishers: { get: (account) => ({ reconnected: async (id) => void reconnected.push(`${account} ${id}`) }) },
    connections: memoryConnections(events),
    consents,
    envelope: envelope(KEYS),
    issuer: google.issuer,
    relays,
    clock: { now: () => time.now, newId },
    log,
    youtube: { channels: async () => channels.answer },
    secrets: nodeSecrets(),
    ...changes,
  };
  const service = connecting(ports);
  const creatorId = newId("crt");
  const browser = "b".repeat(43);

  /** To Google, with one browser; the state that it gives back. */
  const sent = async (draft: Partial<Parameters<typeof service.begin>[1]> = {}, owner: CreatorId = creatorId): Promise<string> => {
    const begun = await service.begin(owner, { capabilities: null, connectionId: null, returnTo: null, ...draft }, null);
    if (!begun.ok) throw new Error(begun.error.code);
    const started = await service.start({ ticket: begun.value.ticket, browser, redirectUri: REDIRECT_URI });
    if (!started.ok) throw new Error(started.error.code);
    return new URL(started.value.consentUrl).searchParams.get("state") ?? "";
  };
  const back = (state: string, answer: Readonly<Record<string, string>> = { code: "4/0code" }, from: string | null = browser) =>
    service.finish({
      answer: new URLSearchParams({ state, ...answer }),
      browser: from,
      redirectUri: REDIRECT_URI,
      requestId: newId("req"),
    });
  const connected = async (draft: Parameters<typeof sent>[0] = {}, owner: CreatorId = creatorId) => {
    const { outcome } = await back(await sent(draft, owner));
    if (!outcome.ok) throw new Error(outcome.error.code);
    return outcome.value;
  };
  return { ports, service, consents, time, events, log, google, channels, relays, reconnected, creatorId, browser, sent, back, connected };
}
