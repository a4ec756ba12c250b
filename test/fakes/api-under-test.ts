import { isOutage } from "#adapters/outage.ts";
import { webhookTargets } from "#adapters/webhooks/targets.ts";
import { newApp } from "#api/app.ts";
import { callerWith } from "#domain/identity/authenticate.ts";
import { authenticateOperator, type AccessTeam, type OperatorCredentials } from "#domain/identity/operator.ts";
import { connectingUnderTest } from "./connecting-under-test.ts";
import { collectedLog } from "./collected-log.ts";
import { pacificDayByLaw } from "#test/fixtures/pacific-law.ts";
import { intakeUnderTest, type IntakeOptions } from "./intake-under-test.ts";
import { memoryEventArchive } from "./memory-event-archive.ts";
import { memoryFeeds } from "./memory-feeds.ts";
import { memoryInventory } from "./memory-inventory.ts";
import { memoryObjects } from "./memory-objects.ts";
import { memoryPublishers } from "./memory-publishers.ts";
import { memoryDeliveries, memoryDestinations } from "./memory-publishing.ts";
import { memoryQuotaLedgers } from "./memory-quota.ts";
import { memoryWebhooks } from "./memory-webhooks.ts";

export const ORIGIN = "https://sluice.test";
const OPERATOR_KEY = "operator-key-0123456789abcdef0123456789";

export type ApiOptions = IntakeOptions & {
  readonly publicOrigin?: string;
  readonly allowedOrigins?: readonly string[];
  readonly access?: AccessTeam;
  readonly probe?: () => Promise<Readonly<Record<string, boolean>>>;
  /** Thrown where the configuration is read. */
  readonly misconfigured?: Error;
  /** Thrown where assets are looked up. */
  readonly outage?: Error;
};

export type Answer = { readonly status: number; readonly headers: Headers; readonly text: string; readonly json: Record<string, unknown> };

const parsed = (text: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
};

/** The real app and the real intake over directories, sessions and objects in memory. */
export async function apiUnderTest(options: ApiOptions = {}) {
  const under = await intakeUnderTest(options);
  const { objects, content } = memoryObjects();
  const log = collectedLog();
  const feeds = memoryFeeds();
  const gone = { failsOnDelete: false };
  const relays = { woken: 0, wake: async () => void (relays.woken += 1), wakeAll: async () => undefined };
  const archive = memoryEventArchive();
  const unused = (): never => {
    throw new Error("not of this test's world");
  };
  const inventory = memoryInventory(objects);
  const linking = connectingUnderTest({ clock: under.clock, secrets: under.secrets, relays, log });
  const deliveries = memoryDeliveries(under.events);
  const publishing = memoryPublishers(() => under.clock.now(), deliveries);
  const unasked = () => Promise.reject(new Error("this is shown where there is an R2 and a D1"));
  const services = {
    ...under,
    claims: { assetsBetween: unasked, assetsOf: unasked, uploadsOf: unasked },
    inventory: {
      ...inventory,
      eraseAll: async (uploadId: Parameters<typeof inventory.eraseAll>[0]) => {
        if (gone.failsOnDelete) throw new Error("R2 is away");
        await inventory.eraseAll(uploadId);
      },
    },
    uploads: under.directory,
    content,
    feeds,
    relays,
    archive,
    media: {
      createMultipart: unused,
      uploadPart: unused,
      completeMultipart: unused,
      abortMultipart: unused,
      putNew: unused,
      read: unused,
      head: async (key: string) => {
        const bytes = objects.get(key);
        return bytes === undefined ? null : { key, size: bytes.length, etag: "e", uploadId: null };
      },
      delete: unused,
    },
    assets:
      options.outage === undefined ? under.assets : { ...under.assets, find: () => Promise.reject(options.outage ?? new Error("outage")) },
    connections: linking.ports.connections,
    connecting: linking.service,
    destinations: memoryDestinations(),
    deliveries,
    publishers: publishing.publishers,
    webhooks: memoryWebhooks(),
    webhookEndpoints: { get: unused },
    webhookTargets: webhookTargets({ ownZones: [], allowsLoopback: false }),
    maxWebhooks: 20,
    completes: false,
    quotas: memoryQuotaLedgers({
      now: () => under.clock.now(),
      limits: { inserts: 100, searches: 100, units: 10_000 },
      pacificDay: pacificDayByLaw,
    }),
    googleProject: "default",
    log,
    chance: () => 0.5,
    publicOrigin: options.publicOrigin ?? null,
    allowedOrigins: options.allowedOrigins ?? ["*"],
    callerWith: (authorization: string | null, scope: Parameters<typeof callerWith>[2]) => callerWith(under, authorization, scope),
    operator: (credentials: OperatorCredentials) =>
      authenticateOperator({ secrets: under.secrets, operatorKey: OPERATOR_KEY, access: options.access ?? null }, credentials),
    probe: options.probe ?? (async () => ({ directory: true, media: true })),
  };
  const app = newApp({
    isOutage,
    services: () => {
      if (options.misconfigured !== undefined) throw options.misconfigured;
      return services;
    },
    clock: under.clock,
    log,
  });

  const send = async (path: string, init: RequestInit & { as?: string | null; duplex?: "half" } = {}): Promise<Answer> => {
    const { as = under.authorization, ...rest } = init;
    const headers = new Headers(rest.headers);
    if (as !== null) headers.set("Authorization", as);
    const response = await app.fetch(new Request(`${ORIGIN}${path}`, { ...rest, headers }), {});
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parsed(text) };
  };
  const post = (path: string, body: unknown, init: Parameters<typeof send>[1] = {}) =>
    send(path, {
      method: "POST",
      ...init,
      headers: [["Content-Type", "application/json"], ...new Headers(init.headers)],
      body: JSON.stringify(body),
    });
  const asOperator = `Bearer ${OPERATOR_KEY}`;
  return { ...under, app, services, linking, publishing, feeds, objects, gone, relays, archive, log, send, post, asOperator };
}
