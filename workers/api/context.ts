import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { AssetDirectory } from "#domain/assets/asset.ts";
import type { AssetContent } from "#domain/assets/content.ts";
import type { AuditLog, AuditStamp } from "#domain/audit/audit.ts";
import type { Connecting } from "#domain/connections/connecting.ts";
import type { ConnectionDirectory } from "#domain/connections/directory.ts";
import type { Clock } from "#domain/clock.ts";
import type { EventArchive } from "#domain/events/archive.ts";
import type { EventFeeds } from "#domain/events/event-feed.ts";
import type { EventLog, EventRelays } from "#domain/events/event-log.ts";
import type { Caller, Scope } from "#domain/identity/caller.ts";
import type { CreatorDirectory } from "#domain/identity/creators.ts";
import type { KeyDirectory } from "#domain/identity/keys.ts";
import type { Operator, OperatorCredentials } from "#domain/identity/operator.ts";
import type { Secrets } from "#domain/identity/secrets.ts";
import type { Failure, FailureCode } from "#domain/failures.ts";
import type { RequestId } from "#domain/ids.ts";
import type { Log } from "#domain/log.ts";
import type { RateLimits, Sender } from "#domain/operators/rates.ts";
import type { StorageClaims } from "#domain/operators/storage.ts";
import type { SwitchBoard } from "#domain/operators/switches.ts";
import type { DeliveryDirectory } from "#domain/publishing/delivery-directory.ts";
import type { DestinationDirectory } from "#domain/publishing/destination.ts";
import type { Publishers } from "#domain/publishing/publisher.ts";
import type { QuotaLedgers } from "#domain/quota/quota-ledger.ts";
import { err, type Result } from "#domain/result.ts";
import type { UploadDirectory } from "#domain/uploads/directory.ts";
import type { Intake, RequestContext } from "#domain/uploads/intake.ts";
import type { ObjectInventory } from "#domain/uploads/object-inventory.ts";
import type { ObjectStore } from "#domain/uploads/object-store.ts";
import type { UploadSessions } from "#domain/uploads/upload-session.ts";
import type { WebhookEndpoints } from "#domain/webhooks/endpoint.ts";
import type { WebhookDirectory, WebhookTargets } from "#domain/webhooks/webhook.ts";

/** What the API is given: ports, never bindings. */
export type ApiServices = {
  readonly intake: Intake;
  readonly uploads: UploadDirectory;
  readonly sessions: UploadSessions;
  readonly assets: AssetDirectory;
  readonly feeds: EventFeeds;
  readonly media: ObjectStore;
  readonly events: EventLog;
  readonly relays: EventRelays;
  readonly archive: EventArchive;
  readonly keys: KeyDirectory;
  readonly creators: CreatorDirectory;
  readonly webhooks: WebhookDirectory;
  readonly webhookEndpoints: WebhookEndpoints;
  readonly webhookTargets: WebhookTargets;
  /** How many a creator may have. */
  readonly maxWebhooks: number;
  /** A completion callback is configured. */
  readonly completes: boolean;
  readonly connections: ConnectionDirectory;
  readonly connecting: Connecting;
  readonly destinations: DestinationDirectory;
  readonly deliveries: DeliveryDirectory;
  readonly publishers: Publishers;
  readonly quotas: QuotaLedgers;
  /** The project at Google whose quota this service uses up. */
  readonly googleProject: string;
  readonly audit: AuditLog;
  readonly rates: RateLimits;
  readonly switches: SwitchBoard;
  readonly claims: StorageClaims;
  readonly inventory: ObjectInventory;
  readonly secrets: Secrets;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly chance: () => number;
  readonly log: Log;
  readonly content: AssetContent;
  /** Scheme and authority under which Sluice is reached; null: wherever the request came to. */
  readonly publicOrigin: string | null;
  readonly allowedOrigins: readonly string[];
  callerWith(authorization: string | null, scope: Scope): Promise<Result<Caller, Failure<"unauthorized" | "forbidden">>>;
  operator(credentials: OperatorCredentials): Promise<Result<Operator, Failure<"unauthorized">>>;
  /** Whether each of what requests depend on answers. */
  probe(): Promise<Readonly<Record<string, boolean>>>;
};

export type ApiEnv = { Bindings: object; Variables: ApiVariables };

type ApiVariables = { services: ApiServices; requestId: RequestId; log: Log; origin: string; failureCode?: FailureCode };
export type ApiContext = Context<ApiEnv>;
export type Api = OpenAPIHono<ApiEnv>;

/** Scheme and authority of the URLs that are handed out. */
export const publicOrigin = (c: ApiContext): string => c.var.origin;

/** Who is counted: the edge says whose address it is, and takes away what a client says. */
export const senderOf = (c: ApiContext): Sender => ({
  authorization: c.req.header("Authorization") ?? null,
  address: c.req.header("CF-Connecting-IP") ?? null,
});

/** What goes on with the work: the id of this request, and who sent it. */
export const requestContext = (c: ApiContext): RequestContext => ({
  requestId: c.var.requestId,
  ...senderOf(c),
});

export const callerOf = (c: ApiContext, scope: Scope): Promise<Result<Caller, Failure<"unauthorized" | "forbidden">>> =>
  c.var.services.callerWith(c.req.header("Authorization") ?? null, scope);

/** The operator behind a request. What a browser adds by itself (Access reads a cookie) is no order when another site made it send it. */
export async function operatorOf(c: ApiContext): Promise<Result<Operator, Failure<"unauthorized" | "cross_site">>> {
  const authorization = c.req.header("Authorization") ?? null;
  const operator = await c.var.services.operator({ authorization, assertion: c.req.header("Cf-Access-Jwt-Assertion") ?? null });
  if (!operator.ok || authorization !== null || ["GET", "HEAD"].includes(c.req.method)) return operator;
  const { origin, site } = { origin: c.req.header("Origin") ?? c.var.origin, site: c.req.header("Sec-Fetch-Site") ?? "none" };
  return origin === c.var.origin && ["same-origin", "none"].includes(site) ? operator : err({ code: "cross_site" });
}

/** For the audit log: who, by this request, now. */
export const operatorStamp = (c: ApiContext, { actor }: Operator): AuditStamp => ({
  actor,
  requestId: c.var.requestId,
  at: c.var.services.clock.now(),
});

export const callerStamp = (c: ApiContext, { keyId }: Caller): AuditStamp =>
  operatorStamp(c, { actor: keyId === null ? "application" : `api-key:${keyId}` });
