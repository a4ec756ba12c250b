import { envelope } from "#adapters/crypto/envelope.ts";
import { sealer } from "#adapters/crypto/sealed.ts";
import { webSecrets } from "#adapters/crypto/web-secrets.ts";
import { d1ConnectionDirectory } from "#adapters/d1/connection-directory.ts";
import { d1ConsentRequests } from "#adapters/d1/consent-requests.ts";
import { d1Directory } from "#adapters/d1/database.ts";
import { d1DeliveryDirectory, d1DeliveryProjection } from "#adapters/d1/delivery-directory.ts";
import { d1DestinationDirectory } from "#adapters/d1/destination-directory.ts";
import { d1SwitchBoard } from "#adapters/d1/switch-board.ts";
import { googleGrantIssuer } from "#adapters/google/grant-issuer.ts";
import { pacificCalendar } from "#adapters/pacific-calendar.ts";
import { queuedTransferJobs } from "#adapters/queues/transfer-jobs.ts";
import { rangedContent, unsized } from "#adapters/ranged-content.ts";
import { r2ObjectStore } from "#adapters/r2/object-store.ts";
import { youtubeApi } from "#adapters/youtube/youtube.ts";
import { type Config, configOf } from "#config";
import { eventRelays } from "#durable-objects/event-relay/client.ts";
import { publishers } from "#durable-objects/publisher/client.ts";
import { quotaLedgers } from "#durable-objects/quota-ledger/client.ts";
import { accessTokens, tokenMemory } from "#domain/connections/access-tokens.ts";
import { connecting } from "#domain/connections/connecting.ts";
import { publishingTo } from "#domain/operators/switches.ts";
import type { AccountKey } from "#domain/publishing/account.ts";
import { type QuotaMethod, quotaRequest } from "#domain/quota/costs.ts";
import { clock, log } from "#ground";

/** One memory for an isolate: it is worth nothing by the request. */
const tokens = tokenMemory(10_000);
const pacificDay = pacificCalendar();

const youtubeOf = ({ youtubeUrl }: Config) =>
  youtubeApi({ url: youtubeUrl, now: () => clock.now(), sized: (bytes) => new FixedLengthStream(bytes) });

function grantPorts(env: Env, { google, sealingKeys }: Config) {
  const directory = d1Directory(env.DIRECTORY);
  return {
    connections: d1ConnectionDirectory(directory),
    envelope: envelope(sealingKeys),
    issuer: google === null ? null : googleGrantIssuer(google, { now: () => clock.now() }),
    relays: eventRelays(env.EVENT_RELAY, directory),
    clock,
    log,
  };
}

const tokensOf = (env: Env, config: Config) => accessTokens({ ...grantPorts(env, config), pause: (ms) => scheduler.wait(ms) }, tokens);

/** What the API and the clock's duties need of publishing. */
export function publishingPorts(env: Env, config: Config) {
  const directory = d1Directory(env.DIRECTORY);
  const { connections, envelope, issuer, relays } = grantPorts(env, config);
  const consents = d1ConsentRequests(directory);
  const owners = publishers(env.PUBLISHER);
  const youtube = youtubeOf(config);
  const quotas = quotaLedgers(env.QUOTA_LEDGER);
  return {
    connections,
    consents,
    envelope,
    issuer,
    connecting: connecting({
      ...{ connections, consents, envelope, issuer, relays, youtube, clock, log },
      secrets: webSecrets(config.handleKey),
      publishers: owners,
    }),
    destinations: d1DestinationDirectory(directory),
    deliveries: d1DeliveryDirectory(directory),
    publishers: owners,
    quotas,
    googleProject: config.quota.project,
  };
}

/** What a publisher needs of the world. */
export function publisherServices(env: Env) {
  const config = configOf(env);
  const directory = d1Directory(env.DIRECTORY);
  const switches = d1SwitchBoard(directory);
  return {
    jobs: queuedTransferJobs(env.TRANSFERS),
    sealer: sealer(config.sealingKeys),
    projection: d1DeliveryProjection(directory),
    relays: eventRelays(env.EVENT_RELAY, directory),
    youtube: youtubeOf(config),
    tokens: tokensOf(env, config),
    quota: quotaLedgers(env.QUOTA_LEDGER).get(config.quota.project),
    quotaRequest: (id: string, method: QuotaMethod) => quotaRequest(config.quota.costs, id, method),
    switches: {
      closed: async (account: AccountKey) => {
        const set = await Promise.all(publishingTo(account).map((key) => switches.get(key)));
        return set.find((each) => each !== null)?.reason ?? null;
      },
    },
    leaseMs: config.publishing.leaseMs,
    checkMs: config.publishing.checkMs,
    log,
    now: () => clock.now(),
    chance: () => Math.random(),
    newEventId: () => clock.newId("evt"),
  };
}

/** What whoever carries a delivery needs of the world. */
export function carrierServices(env: Env) {
  const config = configOf(env);
  return {
    publishers: publishers(env.PUBLISHER),
    tokens: tokensOf(env, config),
    youtube: youtubeOf(config),
    quota: quotaLedgers(env.QUOTA_LEDGER).get(config.quota.project),
    quotaRequest: (id: string, method: QuotaMethod) => quotaRequest(config.quota.costs, id, method),
    content: rangedContent(r2ObjectStore(env.MEDIA), { pipe: unsized }),
    log,
    now: () => clock.now(),
    sleep: (ms: number, signal: AbortSignal) =>
      scheduler.wait(ms, { signal }).catch((cause: unknown) => {
        if (!signal.aborted) throw cause;
      }),
  };
}

/** What a ledger of quota needs of the world. */
export function quotaServices(env: Env) {
  return { pacificDay, limits: configOf(env).quota.limits, log, now: () => clock.now() };
}
