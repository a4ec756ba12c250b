import { describe, expect, it } from "vitest";
import { newId } from "#test/fakes/builders.ts";
import { DAY, LEASE_MS, Rig } from "./rig.ts";

const MINUTE = 60_000;

describe("the line of an account", () => {
  it("goes by priority, then age, one at a time", async () => {
    const rig = await Rig.begun();
    const [first, second, urgent] = await rig.accepted({}, {}, { priority: 5 });
    expect(rig.carriages.map(({ deliveryId }) => deliveryId)).toEqual([first]);
    expect(rig.carriages[0]).toMatchObject({ account: rig.account, requestId: expect.stringMatching(/^req_/) });
    const places = async () => Promise.all([second, urgent].map(async (id) => (await rig.view(id ?? newId("dlv"))).waitingOn?.position));
    expect(await places()).toEqual([2, 1]);
    const order = [await rig.carry("v1"), await rig.carry("v2"), await rig.carry("v3")];
    expect(order).toEqual([first, urgent, second]);
    expect(rig.carriages).toHaveLength(3);
  });

  it("takes a delivery once, and an upload for a destination once", async () => {
    const rig = await Rig.begun();
    const spec = rig.spec();
    const again = { ...rig.spec(), source: spec.source };
    const elsewhere = { ...again, id: newId("dlv"), destinationId: newId("dst") };
    const [one] = await rig.stub.accept(rig.account, [spec]);
    const answers = await rig.stub.accept(rig.account, [spec, again, elsewhere]);
    expect(answers.map(({ id }) => id)).toEqual([one?.id, spec.id, elsewhere.id]);
    expect(rig.events.filter(({ type }) => type === "delivery.created")).toHaveLength(2);
    expect((await rig.stub.view(rig.creatorId, again.id)).ok).toBe(false);
  });

  it("takes an upload again for a destination that it failed to get to, and then tries the failed one no more", async () => {
    const rig = await Rig.begun();
    const spec = rig.spec();
    await rig.stub.accept(rig.account, [spec]);
    await (await rig.take()).refused("final");
    const [again] = await rig.stub.accept(rig.account, [{ ...rig.spec(), source: spec.source }]);
    expect(again?.id).not.toBe(spec.id);
    expect(await rig.stub.retry(rig.creatorId, spec.id)).toEqual({
      ok: false,
      error: { code: "delivery_replaced", deliveryId: again?.id },
    });
    await rig.stub.cancel(rig.creatorId, again?.id ?? spec.id);
    await rig.pass(LEASE_MS);
    expect(await rig.stub.retry(rig.creatorId, spec.id)).toMatchObject({ ok: true, value: { id: spec.id } });
  });

  it("lets a scheduled one begin when it is its time, and others before", async () => {
    const rig = await Rig.begun();
    const at = rig.now + 10 * MINUTE;
    const [later, now] = await rig.accepted({ priority: 9, scheduleAt: at }, {});
    expect(await rig.view(later ?? newId("dlv"))).toMatchObject({ waitingOn: { reason: "schedule", until: at } });
    expect(await rig.carry("v1")).toBe(now);
    await rig.pass(10 * MINUTE - 1);
    expect(rig.carriages).toHaveLength(1);
    await rig.pass(1);
    expect(await rig.carry("v2")).toBe(later);
  });

  it("is changed while it waits: priority, schedule, words; and not once it has begun", async () => {
    const rig = await Rig.begun();
    const [first, second, third] = await rig.accepted({}, {}, {});
    if (first === undefined || second === undefined || third === undefined) throw new Error("three");
    expect(await rig.stub.change(rig.creatorId, third, { priority: 7 })).toMatchObject({ ok: true, value: { waitingOn: { position: 1 } } });
    expect(await rig.stub.change(rig.creatorId, second, { scheduleAt: rig.now + MINUTE })).toMatchObject({
      value: { waitingOn: { reason: "schedule" } },
    });
    expect(await rig.stub.change(rig.creatorId, first, { priority: 7 })).toEqual({
      ok: false,
      error: { code: "delivery_too_late", status: "transferring" },
    });
    await rig.carry("v1");
    expect(await rig.carry("v2")).toBe(third);
    expect(rig.carriages).toHaveLength(2);
  });

  it("is nobody else's: whoever names another creator finds nothing", async () => {
    const rig = await Rig.begun();
    const [id = newId("dlv")] = await rig.accepted({});
    const other = newId("crt");
    const notFound = { ok: false, error: { code: "delivery_not_found" } };
    expect(await rig.stub.view(rig.creatorId, id)).toMatchObject({ ok: true });
    expect(await rig.stub.view(other, id)).toEqual(notFound);
    expect(await rig.stub.cancel(other, id)).toEqual(notFound);
    expect(await rig.stub.retry(other, id)).toEqual(notFound);
    expect(await rig.stub.resolve(other, id, { published: false })).toEqual(notFound);
    expect(await rig.stub.change(other, id, { priority: 1 })).toEqual(notFound);
    expect(await rig.statuses([id])).toEqual(["transferring"]);
  });

  it("of an account that nobody has ever named begins no object", async () => {
    const rig = await Rig.begun();
    expect((await rig.stub.view(rig.creatorId, newId("dlv"))).ok).toBe(false);
    await rig.stub.sweep();
    await rig.stub.resume(rig.destinationId);
    await rig.stub.reconnected(rig.connectionId);
    expect(await rig.alarmAt()).toBeNull();
    await expect(rig.stored()).rejects.toThrow("no such table");
  });
});

describe("a pause", () => {
  it("of a destination lets others pass, and what is on its way go on", async () => {
    const rig = await Rig.begun();
    const other = newId("dst");
    const [first, second, third] = await rig.accepted({}, {}, { destinationId: other });
    await rig.stub.pause(rig.destinationId);
    expect(await rig.view(second ?? newId("dlv"))).toMatchObject({ waitingOn: { reason: "paused", detail: null, position: null } });
    expect(await rig.carry("v1")).toBe(first);
    expect(await rig.carry("v2")).toBe(third);
    expect(rig.carriages).toHaveLength(2);
    await rig.stub.resume(rig.destinationId);
    expect(await rig.carry("v3")).toBe(second);
  });

  it("of a destination that nothing went to yet holds what comes", async () => {
    const rig = await Rig.begun();
    await rig.stub.pause(rig.destinationId);
    const [held] = await rig.accepted({}, { destinationId: newId("dst") });
    expect(rig.carriages.map(({ deliveryId }) => deliveryId)).not.toContain(held);
    expect(rig.carriages).toHaveLength(1);
    await rig.carry("v1");
    await rig.stub.resume(rig.destinationId);
    expect(await rig.carry("v2")).toBe(held);
  });

  it("of the account holds everything, until it is over", async () => {
    const rig = await Rig.begun();
    await rig.stub.pause(null);
    const [id = newId("dlv")] = await rig.accepted({});
    expect(await rig.view(id)).toMatchObject({ status: "waiting", waitingOn: { reason: "paused" } });
    await rig.pass(DAY);
    expect(rig.carriages).toEqual([]);
    await rig.stub.resume(null);
    expect(await rig.carry("v1")).toBe(id);
  });

  it("by an operator says why, is looked at again each minute, and lets what is on its way go on", async () => {
    const rig = await Rig.begun();
    const [, second = newId("dlv"), third = newId("dlv")] = await rig.accepted({}, {}, {});
    rig.closed = "YouTube has trouble.";
    await rig.carry("v1");
    expect(await rig.view(second)).toMatchObject({ waitingOn: { reason: "paused", detail: "YouTube has trouble." } });
    await rig.pass(5 * MINUTE);
    expect(rig.carriages).toHaveLength(1);
    rig.closed = null;
    await rig.pass(MINUTE);
    expect(await rig.view(third)).toMatchObject({ waitingOn: { reason: "turn" } });
    expect(await rig.carry("v2")).toBe(second);
  });
});

it("searches an index for everything that it wants to know", async () => {
  const rig = await Rig.begun();
  const plans = new Map<string, readonly string[]>();
  await rig.inject((statement, plan) => plans.set(statement, plan));
  const [, second = newId("dlv")] = await rig.accepted({}, {}, { scheduleAt: rig.now + MINUTE });
  await rig.stub.pause(rig.destinationId);
  await rig.stub.reconnected(rig.connectionId);
  await rig.carry("v1");
  await rig.stub.resume(rig.destinationId);
  await rig.view(second);
  await rig.pass(31 * DAY);
  expect(plans.size).toBeGreaterThan(20);
  // What a partial index has for a question is all of it that is read; these tables have one row.
  const scans = [...plans.values()]
    .flat()
    .filter((detail) => detail.startsWith("SCAN") && !/INDEX deliveries_|account$|schema_version$|CONSTANT ROW/.test(detail));
  expect(scans).toEqual([]);
});
