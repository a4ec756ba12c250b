import type { Failure } from "#domain/failures.ts";
import type { CreatorId, DeliveryId } from "#domain/ids.ts";
import type { AccountKey } from "#domain/publishing/account.ts";
import type { DeliveryProjection } from "#domain/publishing/delivery-projection.ts";
import type { Delivery, DeliverySpec } from "#domain/publishing/delivery.ts";
import type { Publisher, Publishers } from "#domain/publishing/publisher.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { DeliveryCommand, DeliveryRefusal, DeliveryState } from "#durable-objects/publisher/delivery-state.ts";
import { begin, decide } from "#durable-objects/publisher/machine.ts";
import { viewOf } from "#durable-objects/publisher/view.ts";

type Held = { readonly account: AccountKey; readonly state: DeliveryState };

/** Publishers by the rules of the real ones, whose turns nobody ever takes: what is to happen to a delivery is told by `happens`. */
export function memoryPublishers(now: () => number, projection: DeliveryProjection) {
  const held = new Map<DeliveryId, Held>();
  const paused = new Map<AccountKey, Set<string>>();
  const heard: { readonly account: AccountKey; readonly pause: string | null; readonly on: boolean }[] = [];

  const show = ({ account, state }: Held): Delivery =>
    viewOf(state, {
      account: { account, pausedAt: null, gate: null, checkAt: null, checks: 0, lingering: null },
      destinationPaused: paused.get(account)?.has(state.spec.destinationId) ?? false,
      place: () => [...held.values()].filter((each) => each.account === account).indexOf(held.get(state.spec.id) ?? { account, state }) + 1,
      pace: null,
      now: now(),
    });
  const keep = async (each: Held): Promise<Delivery> => {
    held.set(each.state.spec.id, each);
    const delivery = show(each);
    await projection.put(delivery, []);
    return delivery;
  };
  const happens = async (id: DeliveryId, command: DeliveryCommand): Promise<Result<Delivery, DeliveryRefusal>> => {
    const known = held.get(id);
    if (known === undefined) throw new Error("no such delivery");
    const step = decide(known.state, command);
    return step.ok ? ok(await keep({ ...known, state: step.value.state })) : step;
  };
  const unused = (): never => {
    throw new Error("not of this test's world");
  };

  const get = (account: AccountKey): Publisher => {
    const owned = (creatorId: CreatorId, id: DeliveryId): Held | null => {
      const known = held.get(id);
      return known?.account === account && known.state.spec.creatorId === creatorId ? known : null;
    };
    const command = async <C extends DeliveryRefusal["code"]>(creatorId: CreatorId, id: DeliveryId, asked: DeliveryCommand, code: C) => {
      if (owned(creatorId, id) === null) return err({ code: "delivery_not_found" } as const);
      const outcome = await happens(id, asked);
      if (outcome.ok) return outcome;
      if (outcome.error.code !== code) throw new Error(`${outcome.error.code} is no answer to this command`);
      const refusal: Failure<DeliveryRefusal["code"]> = outcome.error;
      return err({ code, status: refusal.status });
    };
    const livingLike = ({ destinationId, source }: DeliverySpec): Held | null =>
      [...held.values()].find(
        ({ state: { spec, stage } }) =>
          spec.destinationId === destinationId &&
          spec.source.uploadId === source.uploadId &&
          stage.status !== "failed" &&
          stage.status !== "cancelled",
      ) ?? null;
    return {
      accept: async (_, specs) => {
        const accepted: Delivery[] = [];
        for (const spec of specs) {
          const living = livingLike(spec);
          accepted.push(living === null ? await keep({ account, state: begin(spec).state }) : show(living));
        }
        return accepted;
      },
      view: async (creatorId, id) => {
        const known = owned(creatorId, id);
        return known === null ? err({ code: "delivery_not_found" }) : ok(show(known));
      },
      cancel: (creatorId, id) => command(creatorId, id, { type: "cancel", now: now() }, "delivery_too_late"),
      retry: async (creatorId, id) => {
        const known = owned(creatorId, id);
        const other = known?.state.stage.status === "failed" ? livingLike(known.state.spec) : null;
        if (other !== null) return err({ code: "delivery_replaced", deliveryId: other.state.spec.id });
        return command(creatorId, id, { type: "retry", now: now() }, "delivery_not_failed");
      },
      resolve: (creatorId, id, decision) => command(creatorId, id, { type: "resolve", decision, now: now() }, "delivery_not_unknown"),
      change: (creatorId, id, changes) => command(creatorId, id, { type: "change", changes, now: now() }, "delivery_too_late"),
      pause: async (destinationId) => {
        heard.push({ account, pause: destinationId, on: true });
        paused.set(account, new Set(paused.get(account)).add(destinationId ?? ""));
      },
      resume: async (destinationId) => {
        heard.push({ account, pause: destinationId, on: false });
        paused.get(account)?.delete(destinationId ?? "");
      },
      reconnected: async () => undefined,
      take: unused,
      report: unused,
      sweep: unused,
    };
  };
  return { publishers: { get } satisfies Publishers, happens, heard };
}
