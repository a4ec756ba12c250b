import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { AssetDirectory } from "#domain/assets/asset.ts";
import type { AssetContent } from "#domain/assets/content.ts";
import type { Clock } from "#domain/clock.ts";
import type { EventArchive } from "#domain/events/archive.ts";
import type { EventFeeds } from "#domain/events/event-feed.ts";
import type { EventLog, EventRelays } from "#domain/events/event-log.ts";
import type { Caller, Scope } from "#domain/identity/caller.ts";
import type { CreatorDirectory } from "#domain/identity/creators.ts";
import type { KeyDirectory } from "#domain/identity/keys.ts";
import type { Secrets } from "#domain/identity/secrets.ts";
import type { Failure, FailureCode } from "#domain/failures.ts";
import type { RequestId } from "#domain/ids.ts";
import type { Log } from "#domain/log.ts";
import type { Result } from "#domain/result.ts";
import type { UploadDirectory } from "#domain/uploads/directory.ts";
import type { Intake, RequestContext } from "#domain/uploads/intake.ts";
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
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly log: Log;
  readonly content: AssetContent;
  /** Scheme and authority under which Sluice is reached; null: wherever the request came to. */
  readonly publicOrigin: string | null;
  readonly allowedOrigins: readonly string[];
  callerWith(authorization: string | null, scope: Scope): Promise<Result<Caller, Failure<"unauthorized" | "forbidden">>>;
  operator(authorization: string | null): Promise<Result<true, Failure<"unauthorized">>>;
  /** Whether each of what requests depend on answers. */
  probe(): Promise<Readonly<Record<string, boolean>>>;
};

export type ApiEnv = { Bindings: object; Variables: ApiVariables };

type ApiVariables = { services: ApiServices; requestId: RequestId; log: Log; origin: string; failureCode?: FailureCode };
export type ApiContext = Context<ApiEnv>;
export type Api = OpenAPIHono<ApiEnv>;

/** Scheme and authority of the URLs that are handed out. */
export const publicOrigin = (c: ApiContext): string => c.var.origin;

/** What goes on with the work: the id of this request, and who sent it. */
export const requestContext = (c: ApiContext): RequestContext => ({
  requestId: c.var.requestId,
  authorization: c.req.header("Authorization") ?? null,
});

export const callerOf = (c: ApiContext, scope: Scope): Promise<Result<Caller, Failure<"unauthorized" | "forbidden">>> =>
  c.var.services.callerWith(c.req.header("Authorization") ?? null, scope);

export const operatorOf = (c: ApiContext): Promise<Result<true, Failure<"unauthorized">>> =>
  c.var.services.operator(c.req.header("Authorization") ?? null);
