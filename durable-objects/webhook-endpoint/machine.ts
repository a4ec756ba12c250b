import type { EndpointOwner } from "#domain/webhooks/endpoint.ts";
import type { AttemptOutcome } from "#domain/webhooks/delivery.ts";
import { boundedRetryAfter, pauseAfter, type Pauses } from "#domain/webhooks/schedule.ts";
import type { DisabledReason, WebhookDraft, WebhookSettings } from "#domain/webhooks/webhook.ts";
import type { CreatorId, WebhookId } from "#domain/ids.ts";

/**
 * An endpoint is `active ⇄ disabled(reason)` until it is `removed`; each of its deliveries goes
 *
 *   pending(nextAt) → delivering(since) → delivered
 *      ▲                    │
 *      └── a failed try ────┴──────────▶ failed, once the schedule is used up, and from there pending again by hand
 *
 * A disabled endpoint keeps what is pending and sends nothing of it.
 */
export type EndpointState = {
  readonly owner: Owner;
  readonly stage: EndpointStage;
  readonly health: Health;
  /** Grows with every change that the directory shows. */
  readonly sequence: number;
};

/** A creator's endpoint, or the service's own: whose URL and secret are configuration, and which nothing disables. */
export type Owner =
  | {
      readonly kind: Extract<EndpointOwner, "creator">;
      readonly id: WebhookId;
      readonly creatorId: CreatorId;
      readonly createdAt: number;
      readonly settings: WebhookSettings;
      /** Newest first. */
      readonly secrets: readonly SealedSecret[];
    }
  | { readonly kind: Extract<EndpointOwner, "service"> };

/** `until`: when it stops signing; null: it is the one in force. */
export type SealedSecret = { readonly sealed: string; readonly until: number | null };

export type EndpointStage =
  | { readonly status: "active" }
  | { readonly status: "disabled"; readonly reason: DisabledReason; readonly at: number }
  | { readonly status: "removed"; readonly at: number };

export type Health = {
  readonly failuresInRow: number;
  readonly failingSince: number | null;
  readonly lastDeliveredAt: number | null;
  /** The receiver asked for peace until then. */
  readonly pausedUntil: number | null;
};

export type DeliveryState = {
  readonly stage:
    | { readonly status: "pending"; readonly nextAt: number }
    | { readonly status: "delivering"; readonly since: number }
    | { readonly status: "delivered" | "failed"; readonly at: number };
  /** Failed attempts of the schedule that it is in. */
  readonly tries: number;
  /** When that schedule began. */
  readonly begunAt: number | null;
  /** A ping: never sent again, and no sign of the endpoint's health. */
  readonly once: boolean;
};

export type EndpointCommand =
  | { readonly type: "update"; readonly changes: Partial<WebhookSettings> }
  | { readonly type: "rotate"; readonly sealed: string; readonly overlapMs: number; readonly now: number }
  | { readonly type: "enable" }
  | { readonly type: "disable"; readonly now: number }
  | { readonly type: "remove"; readonly now: number };

/** `project`: the directory shows something else now. `announce`: the creator is told. `resume`: what is pending is due. */
export type EndpointEffect = "project" | "announce" | "resume";
export type EndpointStep = { readonly state: EndpointState; readonly effects: readonly EndpointEffect[] };
export type SettledStep = EndpointStep & { readonly delivery: DeliveryState };

const WELL: Health = { failuresInRow: 0, failingSince: null, lastDeliveredAt: null, pausedUntil: null };
/** After as many failures in a row requests go one at a time. */
const PROBING_AFTER = 3;
/** "It's recommended to throttle" (Standard Webhooks, "Delivery success and failure"; 503 says the same of itself). */
const OVERLOADED: ReadonlySet<number | null> = new Set([429, 502, 503, 504]);
/** The platform lets as many connections be open at once. */
const AT_ONCE = 6;
/** Rotations within one overlap: older secrets are let go. */
const MAX_SECRETS = 4;

export const SERVICE_ENDPOINT: EndpointState = { owner: { kind: "service" }, stage: { status: "active" }, health: WELL, sequence: 0 };

export const opened = ({ id, creatorId, createdAt, ...settings }: WebhookDraft, sealed: string): EndpointState => ({
  owner: { kind: "creator", id, creatorId, createdAt, settings, secrets: [{ sealed, until: null }] },
  stage: { status: "active" },
  health: WELL,
  sequence: 1,
});

export function decide(state: EndpointState, command: EndpointCommand): EndpointStep {
  const { owner, stage } = state;
  if (owner.kind === "service" || stage.status === "removed") return { state, effects: [] };
  const shown = (changes: Partial<EndpointState>, ...effects: EndpointEffect[]): EndpointStep => ({
    state: { ...state, ...changes, sequence: state.sequence + 1 },
    effects: ["project", ...effects],
  });
  switch (command.type) {
    case "update":
      return shown({ owner: { ...owner, settings: { ...owner.settings, ...command.changes } } });
    case "rotate": {
      const { sealed, overlapMs, now } = command;
      const before = owner.secrets
        .map((secret) => ({ ...secret, until: Math.min(secret.until ?? Number.MAX_SAFE_INTEGER, now + overlapMs) }))
        .filter(({ until }) => until > now);
      return shown({ owner: { ...owner, secrets: [{ sealed, until: null }, ...before].slice(0, MAX_SECRETS) } });
    }
    case "enable":
      if (stage.status === "active") return { state, effects: [] };
      return shown({ stage: { status: "active" }, health: { ...WELL, lastDeliveredAt: state.health.lastDeliveredAt } }, "resume");
    case "disable":
      if (stage.status === "disabled") return { state, effects: [] };
      return shown({ stage: { status: "disabled", reason: "by_creator", at: command.now } });
    case "remove":
      return shown({ stage: { status: "removed", at: command.now } });
  }
}

/** How many requests may be on their way now. */
export function slots({ stage, health }: EndpointState, now: number): number {
  if (stage.status !== "active" || (health.pausedUntil ?? 0) > now) return 0;
  return health.failuresInRow >= PROBING_AFTER ? 1 : AT_ONCE;
}

export const enqueued = (now: number): DeliveryState => ({
  stage: { status: "pending", nextAt: now },
  tries: 0,
  begunAt: null,
  once: false,
});
export const pinged = (now: number): DeliveryState => ({ stage: { status: "delivering", since: now }, tries: 0, begunAt: now, once: true });

/** Recorded before the request leaves. */
export const sent = (delivery: DeliveryState, now: number): DeliveryState => ({
  ...delivery,
  stage: { status: "delivering", since: now },
  begunAt: delivery.begunAt ?? now,
});

/** By hand: a whole schedule from now on; what is on its way stays there. */
export const again = (delivery: DeliveryState, now: number): DeliveryState =>
  delivery.stage.status === "delivering" ? delivery : { ...enqueued(now), once: false };

/** What an attempt means for its delivery, and for the endpoint. */
export function settle(
  state: EndpointState,
  delivery: DeliveryState,
  outcome: AttemptOutcome,
  { now, ...pauses }: Pauses & { readonly now: number },
): SettledStep {
  if (delivery.once)
    return { state, delivery: { ...delivery, stage: { status: outcome.taken ? "delivered" : "failed", at: now } }, effects: [] };
  if (outcome.taken) {
    const well = { ...WELL, lastDeliveredAt: now };
    return { state: { ...state, health: well }, delivery: { ...delivery, stage: { status: "delivered", at: now } }, effects: [] };
  }
  // Our own end says nothing about the receiver, and uses nothing up.
  if (outcome.fault === "interrupted") return { state, delivery: { ...delivery, stage: { status: "pending", nextAt: now } }, effects: [] };

  const tries = delivery.tries + 1;
  const failing = { ...state, health: failed(state.health, outcome, now) };
  if (outcome.status === 410 && state.owner.kind === "creator") {
    return { ...disabled(failing, "gone", now), delivery: { ...delivery, tries, stage: { status: "failed", at: now } } };
  }
  const pause = pauseAfter(tries, outcome.retryAfterMs, pauses);
  if (pause !== null)
    return { state: failing, delivery: { ...delivery, tries, stage: { status: "pending", nextAt: now + pause } }, effects: [] };
  const exhausted: DeliveryState = { ...delivery, tries, stage: { status: "failed", at: now } };
  // A receiver that took others meanwhile refuses this one, not everything.
  const tookOthers = (state.health.lastDeliveredAt ?? 0) >= (delivery.begunAt ?? now);
  return tookOthers
    ? { state: failing, delivery: exhausted, effects: [] }
    : { ...disabled(failing, "exhausted", now), delivery: exhausted };
}

function failed(health: Health, { status, retryAfterMs }: Extract<AttemptOutcome, { taken: false }>, now: number): Health {
  const until = now + boundedRetryAfter(retryAfterMs);
  return {
    // One word of overload counts as much as several failures.
    failuresInRow: Math.max(health.failuresInRow + 1, OVERLOADED.has(status) ? PROBING_AFTER : 0),
    failingSince: health.failingSince ?? now,
    lastDeliveredAt: health.lastDeliveredAt,
    pausedUntil: until > now ? Math.max(until, health.pausedUntil ?? 0) : health.pausedUntil,
  };
}

function disabled(state: EndpointState, reason: DisabledReason, now: number): EndpointStep {
  if (state.owner.kind === "service" || state.stage.status !== "active") return { state, effects: [] };
  return {
    state: { ...state, stage: { status: "disabled", reason, at: now }, sequence: state.sequence + 1 },
    effects: ["project", "announce"],
  };
}
