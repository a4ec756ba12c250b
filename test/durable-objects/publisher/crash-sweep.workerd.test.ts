import { describe, expect, it } from "vitest";
import type { DeliveryId } from "#domain/ids.ts";
import { SESSION } from "./carrier.ts";
import { type Fault, Rig } from "./rig.ts";

const FAULTS = ["die-before", "die-after", "fail-before", "fail-after"] as const satisfies Fault[];

/** Until it is through: whoever dies is followed by another, and whatever was not answered is asked again. */
async function insist<T>(rig: Rig, ask: () => Promise<T>): Promise<T> {
  for (let turn = 0; turn < 5; turn += 1) {
    if (rig.dead) await rig.revive();
    try {
      return await ask();
    } catch {
      // Asked again.
    }
  }
  throw new Error("it was never answered");
}

/** Carries whatever carriers are asked for, as often as they are, until the alarm has nothing to ring for within the hour. */
async function play(rig: Rig): Promise<DeliveryId[]> {
  const specs = [rig.spec(), rig.spec({ priority: 1 })];
  await insist(rig, () => rig.stub.accept(rig.account, specs));
  let carried = 0;
  for (let turn = 0; turn < 60; turn += 1) {
    while (carried < rig.carriages.length) {
      const message = rig.carriages[carried];
      carried += 1;
      if (message === undefined) continue;
      const { deliveryId } = message;
      // A carrier's own calls are tried again by nobody.
      try {
        const order = await rig.stub.take(message);
        if (order === null) continue;
        const held = { deliveryId, epoch: order.epoch };
        if (order.session === null && !(await rig.stub.report({ ...held, type: "opened", session: SESSION }))) continue;
        if (!(await rig.stub.report({ ...held, type: "commit" }))) continue;
        await rig.stub.report({ ...held, type: "accepted", remoteId: `video of ${deliveryId}` });
      } catch {
        if (rig.dead) await rig.revive();
      }
    }
    if (!(await rig.ring(rig.now + 3600_000))) break;
  }
  return specs.map(({ id }) => id);
}

describe("crash sweep of a publisher", () => {
  it.each(FAULTS)("brings everything to its end and tells of it once, in order, with %s at each call", async (fault) => {
    const clean = await Rig.begun();
    await play(clean);
    const { calls } = clean;
    expect(calls).toBeGreaterThan(15);
    for (let at = 1; at <= calls; at += 1) {
      const rig = await Rig.begun();
      rig.faultAt = (call) => (call === at ? fault : null);
      const ids = await play(rig);
      for (const id of ids) {
        expect(rig.rows.get(id), `call ${at}`).toMatchObject({ status: "verified", remoteId: `video of ${id}` });
        const told = rig.events.filter(({ resource }) => resource === id);
        // It may begin more than once, as long as that has come to nothing.
        const types = told.map(({ type }) => type).filter((type, index, all) => type !== "delivery.started" || all[index - 1] !== type);
        expect(types, `call ${at}`).toEqual(["delivery.created", "delivery.started", "delivery.published", "delivery.verified"]);
        const sequences = told.map(({ sequence }) => sequence);
        expect(sequences, `call ${at}`).toEqual(sequences.toSorted((a, b) => a - b));
        expect(new Set(sequences).size).toBe(sequences.length);
        expect(rig.rows.get(id)?.sequence).toBeGreaterThanOrEqual(Math.max(...sequences));
      }
    }
  });

  it.each(FAULTS)("shows a cancellation, and gives its session up, with %s at each call and nobody who comes after it", async (fault) => {
    const begun = async (): Promise<{ rig: Rig; id: DeliveryId }> => {
      const rig = await Rig.begun();
      const [id] = await rig.accepted({});
      if (id === undefined) throw new Error("one");
      await (await rig.take()).say({ type: "opened", session: SESSION });
      return { rig, id };
    };
    const cancelled = async ({ rig, id }: { rig: Rig; id: DeliveryId }): Promise<void> => {
      await rig.stub.cancel(rig.creatorId, id).catch(() => null);
      if (rig.dead) await rig.revive();
      await rig.pass(600_000);
    };
    const clean = await begun();
    const before = clean.rig.calls;
    await cancelled(clean);
    const calls = clean.rig.calls - before;
    expect(calls).toBeGreaterThan(2);
    for (let at = 1; at <= calls; at += 1) {
      const { rig, id } = await begun();
      const from = rig.calls;
      rig.faultAt = (call) => (call - from === at ? fault : null);
      await cancelled({ rig, id });
      const { status } = await rig.view(id);
      expect(rig.rows.get(id)?.status, `call ${at}`).toBe(status);
      const wasCancelled = status === "cancelled";
      expect(rig.abandoned.includes(SESSION), `call ${at}`).toBe(wasCancelled);
      expect(rig.events.filter(({ type }) => type === "delivery.cancelled").length, `call ${at}`).toBe(wasCancelled ? 1 : 0);
    }
  });
});

it("writes the rows of the directory again when it is asked to, and no event", async () => {
  const rig = await Rig.begun();
  const [one, two] = await rig.accepted({}, {});
  const told = rig.events.length;
  rig.rows.clear();
  await rig.stub.sweep();
  expect(new Set(rig.rows.keys())).toEqual(new Set([one, two]));
  expect(rig.events).toHaveLength(told);
  expect(await rig.stored()).not.toContain("told:");
});
