import { ulid } from "ulid";
import { sealer } from "#adapters/crypto/sealed.ts";
import { webhookSecret } from "#adapters/webhooks/webhook-secret.ts";
import { accessTeam } from "#adapters/access/access-team.ts";
import { teamKeysMemory } from "#adapters/access/team-keys.ts";
import { webSecrets } from "#adapters/crypto/web-secrets.ts";
import { d1ArchivableLogs } from "#adapters/d1/archivable-log.ts";
import { d1AuditLog } from "#adapters/d1/audit-log.ts";
import { d1AssetDirectory } from "#adapters/d1/asset-directory.ts";
import { d1CreatorDirectory } from "#adapters/d1/creator-directory.ts";
import { d1Directory } from "#adapters/d1/database.ts";
import { d1EventLog, d1LogReader } from "#adapters/d1/event-log.ts";
import { d1KeyDirectory } from "#adapters/d1/key-directory.ts";
import { answers } from "#adapters/d1/probe.ts";
import { d1SessionProjection } from "#adapters/d1/session-projection.ts";
import { d1StorageClaims } from "#adapters/d1/storage-claims.ts";
import { d1SwitchBoard } from "#adapters/d1/switch-board.ts";
import { d1UploadDirectory } from "#adapters/d1/upload-directory.ts";
import { d1WebhookDirectory } from "#adapters/d1/webhook-directory.ts";
import { wasmDigestEngine } from "#adapters/digests/digest-engine.ts";
import { queuedAssetJobs } from "#adapters/queues/asset-jobs.ts";
import { rangedContent } from "#adapters/ranged-content.ts";
import { r2EventArchive } from "#adapters/r2/event-archive.ts";
import { r2ObjectInventory } from "#adapters/r2/object-inventory.ts";
import { r2ObjectStore } from "#adapters/r2/object-store.ts";
import { platformRateLimits } from "#adapters/rate-limits.ts";
import { sniff } from "#adapters/sniff.ts";
import { applicationAt } from "#adapters/webhooks/application.ts";
import { webhookSender } from "#adapters/webhooks/sender.ts";
import { webhookTargets } from "#adapters/webhooks/targets.ts";
import { type Config, configOf } from "#config";
import { eventFeeds } from "#durable-objects/event-feed/client.ts";
import { eventRelays } from "#durable-objects/event-relay/client.ts";
import { uploadSessions } from "#durable-objects/upload-session/client.ts";
import { webhookEndpoints } from "#durable-objects/webhook-endpoint/client.ts";
import { callerWith } from "#domain/identity/authenticate.ts";
import { authenticateOperator, type OperatorCredentials } from "#domain/identity/operator.ts";
import type { CreatorId } from "#domain/ids.ts";
import { LOOK_BYTES, lookAt } from "#domain/media/read-media.ts";
import { consentMemory } from "#domain/uploads/consent.ts";
import { intake } from "#domain/uploads/open-intake.ts";
import { webhookSubscriber } from "#domain/webhooks/subscriber.ts";
import { clock, log } from "#ground";
import { publishingPorts } from "#publishing-services";

/** One memory for an isolate: it is worth nothing by the request. */
const consents = consentMemory(10_000);
const teamKeys = teamKeysMemory();

/** A key that nobody writes: that R2 says so is the answer. */
const PROBE_KEY = "readyz";

/** The ports of one entry into the Worker. */
export function services(env: Env) {
  const config = configOf(env);
  const directory = d1Directory(env.DIRECTORY);
  const secrets = webSecrets(config.handleKey);
  const keys = d1KeyDirectory(directory);
  const creators = d1CreatorDirectory(directory);
  const uploads = d1UploadDirectory(directory);
  const sessions = uploadSessions(env.UPLOAD_SESSION);
  const media = r2ObjectStore(env.MEDIA);
  const relays = eventRelays(env.EVENT_RELAY, directory);
  const rates = platformRateLimits({
    calls: { callers: env.CALLS_BY_CALLER, addresses: env.CALLS_BY_ADDRESS },
    creations: { callers: env.CREATIONS_BY_CALLER, addresses: env.CREATIONS_BY_ADDRESS },
  });
  return {
    intake: intake(
      {
        keys,
        creators,
        directory: uploads,
        sessions,
        application: config.authenticationUrl === null ? null : applicationAt(config.authenticationUrl),
        rates,
        secrets,
        clock,
        limits: config.limits,
      },
      consents,
    ),
    uploads,
    assets: d1AssetDirectory(directory),
    keys,
    creators,
    audit: d1AuditLog(directory),
    switches: d1SwitchBoard(directory),
    ...publishingPorts(env, config),
    claims: d1StorageClaims(directory),
    inventory: r2ObjectInventory(env.MEDIA),
    sessions,
    feeds: eventFeeds(env.EVENT_FEED),
    media,
    jobs: queuedAssetJobs(env.JOBS),
    secrets,
    clock,
    chance: () => Math.random(),
    log,
    rates,
    content: rangedContent(media),
    events: d1EventLog(directory),
    relays,
    logs: d1ArchivableLogs(directory),
    archive: r2EventArchive(env.MEDIA),
    webhooks: d1WebhookDirectory(directory),
    webhookEndpoints: webhookEndpoints(env.WEBHOOK_ENDPOINT),
    webhookTargets: targetsOf(config),
    maxWebhooks: config.webhooks.maxPerCreator,
    completes: config.completion !== null,
    publicOrigin: config.publicOrigin,
    allowedOrigins: config.allowedOrigins,
    callerWith: (authorization: string | null, scope: Parameters<typeof callerWith>[2]) =>
      callerWith({ keys, clock, secrets }, authorization, scope),
    operator: (credentials: OperatorCredentials) =>
      authenticateOperator({ secrets, operatorKey: config.operatorKey, access: accessOf(config) }, credentials),
    probe: async () => {
      const [database, storage] = await Promise.all([
        answers(() => directory.registry),
        media.head(PROBE_KEY).then(
          () => true,
          () => false,
        ),
      ]);
      return { directory: database, media: storage };
    },
  };
}

const accessOf = ({ access }: ReturnType<typeof configOf>) =>
  access &&
  accessTeam(access, teamKeys, {
    send: (request) => fetch(request),
    now: () => clock.now(),
    pause: (ms) => scheduler.wait(ms),
  });

/** What an upload session needs of the world. */
export function sessionServices(env: Env) {
  const directory = d1Directory(env.DIRECTORY);
  return {
    store: r2ObjectStore(env.MEDIA),
    digests: wasmDigestEngine,
    directory: d1SessionProjection(directory),
    events: d1EventLog(directory),
    relays: eventRelays(env.EVENT_RELAY, directory),
    jobs: queuedAssetJobs(env.JOBS),
    sniff,
    early: { bytes: LOOK_BYTES, look: lookAt },
    sessions: uploadSessions(env.UPLOAD_SESSION),
    log,
    storePauseMs: 200,
    drainMs: 10_000,
    now: () => clock.now(),
    chance: () => Math.random(),
    ulid: () => ulid().toLowerCase(),
  };
}

/** What a relay needs of the world; who hears of every event is said here. */
export function relayServices(env: Env) {
  const { completion } = configOf(env);
  const directory = d1Directory(env.DIRECTORY);
  return {
    logOf: (index: number) => d1LogReader(directory.all[index] ?? directory.registry),
    events: d1EventLog(directory),
    subscribers: {
      feeds: eventFeeds(env.EVENT_FEED),
      webhooks: webhookSubscriber({
        directory: d1WebhookDirectory(directory),
        endpoints: webhookEndpoints(env.WEBHOOK_ENDPOINT),
        completes: completion !== null,
        time: (epochMs) => new Date(epochMs).toISOString(),
      }),
    },
    log,
    patienceMs: 20_000,
    now: () => clock.now(),
    chance: () => Math.random(),
  };
}

const targetsOf = ({ webhooks: { ownZones }, environment }: Config) =>
  webhookTargets({ ownZones, allowsLoopback: environment === "local" });

/** What a webhook endpoint needs of the world. */
export function webhookServices(env: Env) {
  const config = configOf(env);
  const directory = d1Directory(env.DIRECTORY);
  return {
    sender: webhookSender({ targets: targetsOf(config), now: () => clock.now() }),
    sealer: sealer(config.sealingKeys),
    directory: d1WebhookDirectory(directory),
    events: d1EventLog(directory),
    relays: eventRelays(env.EVENT_RELAY, directory),
    completion: config.completion,
    schedule: config.webhooks.retryMs,
    log,
    now: () => clock.now(),
    chance: () => Math.random(),
    newSecret: webhookSecret,
    newEventId: () => clock.newId("evt"),
    newRequestId: () => clock.newId("req"),
  };
}

/** What a creator's feed needs of the world. */
export function feedServices(env: Env) {
  const uploads = d1UploadDirectory(d1Directory(env.DIRECTORY));
  return {
    sessions: uploadSessions(env.UPLOAD_SESSION),
    openUploads: async (creatorId: CreatorId, limit: number) => {
      const { items } = await uploads.list(creatorId, { status: "receiving", externalId: null }, { limit, before: null });
      return items.map(({ id }) => id);
    },
    log,
    now: () => clock.now(),
    sleep: (ms: number) => scheduler.wait(ms),
  };
}
