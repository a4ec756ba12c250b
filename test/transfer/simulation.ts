import { decide, begin } from "#durable-objects/publisher/machine.ts";
import type { DeliveryCommand, DeliveryEffect, DeliveryState } from "#durable-objects/publisher/delivery-state.ts";
import { idOf } from "#domain/ids.ts";
import type { DeliverySpec } from "#domain/publishing/delivery.ts";
import type { Publisher } from "#domain/publishing/publisher.ts";
import { PUBLISHED_COSTS, quotaRequest } from "#domain/quota/costs.ts";
import type { QuotaLedger } from "#domain/quota/quota-ledger.ts";
import { collectedLog } from "#test/fakes/collected-log.ts";
import { carryDelivery, type CarrierPorts } from "../../workers/transfer/carry-delivery.ts";
import { chunksOf } from "../../workers/transfer/chunk.ts";
import { GRAIN, Killed, type Trouble, UnluckyPeer } from "./peer.ts";

const LEASE_MS = 60_000;
const ULID = "0".repeat(26);
const ACCOUNT = "youtube:UC-simulated";
const DELIVERY = idOf("dlv", ULID);

type Options = {
  readonly size: number;
  readonly troubles: readonly Trouble[];
  readonly chance?: number;
  /** After as many reports somebody cancels it. */
  readonly cancelAt?: number;
  /** Every message arrives twice, at once. */
  readonly twice?: boolean;
};

const specOf = (size: number): DeliverySpec => ({
  id: DELIVERY,
  creatorId: idOf("crt", ULID),
  destinationId: idOf("dst", ULID),
  connectionId: idOf("con", ULID),
  source: {
    uploadId: idOf("upl", ULID),
    assetId: idOf("ast", ULID),
    objectKey: "film",
    size,
    contentType: "video/mp4",
    durationSeconds: null,
  },
  metadata: {
    title: "Film",
    description: "",
    tags: [],
    categoryId: "22",
    language: null,
    privacy: "private",
    publishAt: null,
    madeForKids: false,
  },
  priority: 0,
  scheduleAt: null,
  createdAt: 0,
  requestId: idOf("req", ULID),
});

/** One delivery, the machine that decides on it, and whoever carries it, in a time that only passes when everybody waits. */
export function aCarriage({ size, troubles, chance = 0.5, cancelAt, twice = false }: Options) {
  const film = Uint8Array.from({ length: size }, (_, index) => index + 1);
  const peer = new UnluckyPeer(troubles);
  let now = 0;
  let reports = 0;
  let state: DeliveryState = begin(specOf(size)).state;
  let effects: DeliveryEffect[] = [];
  const stages: string[] = ["waiting"];

  const apply = (command: DeliveryCommand): boolean => {
    const step = decide(state, command);
    if (!step.ok) return false;
    state = step.value.state;
    effects.push(...step.value.effects);
    if (stages.at(-1) !== state.stage.status) stages.push(state.stage.status);
    return true;
  };

  const publisher: Pick<Publisher, "take" | "report"> = {
    take: async ({ epoch }) => {
      const before = state.epoch;
      apply({ type: "take", epoch, now, leaseMs: LEASE_MS });
      if (state.epoch === before) return null;
      const { requestId, creatorId, connectionId, source, metadata } = state.spec;
      const { session, stage } = state;
      const told = {
        deliveryId: DELIVERY,
        epoch: state.epoch,
        leaseMs: LEASE_MS,
        session,
        sessions: state.sessions,
        committing: stage.status === "committing",
      };
      return { ...told, requestId, creatorId, connectionId, source, metadata };
    },
    report: async (report) => {
      if (peer.isDead) throw new Killed();
      reports += 1;
      if (reports === cancelAt) apply({ type: "cancel", now });
      if (state.lease === null || state.epoch !== report.epoch) return false;
      return apply({ type: "report", report, now, chance, leaseMs: LEASE_MS });
    },
  };
  const ports: CarrierPorts = {
    publishers: { get: () => publisher },
    tokens: { get: async () => ({ ok: true, accessToken: "token" }) },
    youtube: peer.youtube,
    quota: {
      reserve: async () => ({ granted: true, left: 1 }),
      settle: async () => undefined,
      exhausted: async () => ({ until: now + 3600_000 }),
    } satisfies Pick<QuotaLedger, "reserve" | "settle" | "exhausted">,
    quotaRequest: (id, method) => quotaRequest(PUBLISHED_COSTS, id, method),
    content: { open: async (_key, { start, end }) => new Blob([film.slice(start, end)]).stream() },
    chunks: chunksOf({ grain: GRAIN, first: 2 * GRAIN, largest: 4 * GRAIN }),
    log: collectedLog(),
    now: () => now,
    sleep: (_ms, signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true })),
  };

  async function carry(): Promise<void> {
    const carriage = { account: ACCOUNT, deliveryId: DELIVERY, epoch: state.epoch, requestId: state.spec.requestId } as const;
    const carriers = twice ? [carriage, carriage] : [carriage];
    const ended = await Promise.allSettled(carriers.map((each) => carryDelivery(ports, each)));
    for (const each of ended) if (each.status === "rejected" && !(each.reason instanceof Killed)) throw each.reason;
    peer.revive();
  }

  /** One thing after the other, until nothing is left that could happen by itself. */
  async function run(): Promise<DeliveryState> {
    for (let turns = 0; turns < 1000; turns += 1) {
      const { stage, lease } = state;
      for (const effect of effects) if (effect.type === "abandon") await peer.youtube.abandon(effect.session);
      effects = [];
      if (stage.status === "waiting") {
        if (stage.hold?.reason === "reauth") apply({ type: "reconnected", now });
        now = Math.max(now, stage.hold?.until ?? now);
        apply({ type: "grant", now, leaseMs: LEASE_MS });
      } else if (stage.status === "transferring" || stage.status === "committing") {
        if (lease === null) {
          now = Math.max(now, stage.status === "committing" ? (stage.askAt ?? now) : now);
          apply({ type: "grant", now, leaseMs: LEASE_MS });
        } else {
          now = lease.until;
          apply({ type: "lease-ended", now, chance });
          continue;
        }
      } else {
        return state;
      }
      await carry();
    }
    throw new Error("it never ends");
  }

  return { peer, run, film, stages };
}
