import { describe, expect, it } from "vitest";
import type { DeliveryId } from "#domain/ids.ts";
import { newId } from "#test/fakes/builders.ts";
import { refusal, SESSION } from "./carrier.ts";
import { DAY, LEASE_MS, Rig } from "./rig.ts";

const HOUR = 3600_000;

/** A publisher with two deliveries, the first of which has its turn. */
async function two(): Promise<{ rig: Rig; first: DeliveryId; second: DeliveryId }> {
  const rig = await Rig.begun();
  const [first = newId("dlv"), second = newId("dlv")] = await rig.accepted({}, {});
  return { rig, first, second };
}

describe("a lease", () => {
  it("is taken once for a message, and only by the newest", async () => {
    const { rig } = await two();
    const [message] = rig.carriages;
    if (message === undefined) throw new Error("no message");
    const order = await rig.stub.take(message);
    expect(order).toMatchObject({ leaseMs: LEASE_MS, session: null, committing: false, creatorId: rig.creatorId });
    expect(order?.epoch).toBe(message.epoch + 1);
    expect(await rig.stub.take(message)).toBeNull();
  });

  it("that ends is asked for again, and whoever had it changes nothing any more", async () => {
    const { rig, first, second } = await two();
    await rig.stub.cancel(rig.creatorId, second);
    const stale = await rig.take();
    expect(await stale.say({ type: "opened", session: SESSION })).toBe(true);
    await rig.pass(LEASE_MS);
    expect(await rig.view(first)).toMatchObject({ status: "waiting", waitingOn: { reason: "backoff" } });
    while (rig.carriages.length === 1) await rig.ring();
    const holder = await rig.take();
    expect(holder.deliveryId).toBe(first);
    expect(holder.order.session).toBe(SESSION);
    const before = await rig.view(first);
    for (const said of [
      { type: "progress", bytesDone: 900 },
      { type: "commit" },
      { type: "accepted", remoteId: "stale" },
      { type: "refused", refusal: refusal("final"), until: null },
      { type: "unknown", detail: "stale", retryAfterMs: null },
      { type: "yielded" },
    ] as const)
      expect(await stale.say(said)).toBe(false);
    expect(await rig.view(first)).toEqual(before);
    expect(await holder.say({ type: "progress", bytesDone: 1 })).toBe(true);
  });

  it("goes on as long as its holder is heard of", async () => {
    const { rig, first } = await two();
    const carrier = await rig.take();
    for (let bytesDone = 0; bytesDone < 5; bytesDone += 1) {
      await rig.pass(LEASE_MS - 1);
      expect(await carrier.say({ type: "progress", bytesDone })).toBe(true);
    }
    expect(await rig.view(first)).toMatchObject({ status: "transferring", progress: { step: "session", bytesDone: 4, bytesTotal: 1000 } });
    await rig.pass(LEASE_MS);
    expect(await rig.view(first)).toMatchObject({ status: "waiting" });
  });

  it("is given on at once when its holder's own time is over; the turn stays", async () => {
    const { rig, first } = await two();
    const carrier = await rig.take();
    await carrier.say({ type: "opened", session: SESSION });
    expect(await carrier.say({ type: "yielded" })).toBe(true);
    expect(rig.carriages.map(({ deliveryId }) => deliveryId)).toEqual([first, first]);
    expect((await rig.take()).order.session).toBe(SESSION);
  });

  it("of a message that was lost ends too, and another is sent: nothing has been tried", async () => {
    const { rig, first } = await two();
    await rig.pass(LEASE_MS);
    expect(rig.carriages.map(({ deliveryId }) => deliveryId)).toEqual([first, first]);
    expect((await rig.take()).order.session).toBeNull();
  });
});

describe("a cancelled delivery", () => {
  it("that waits, or whose message nobody has taken, comes to nothing", async () => {
    const { rig, first, second } = await two();
    expect(await rig.stub.cancel(rig.creatorId, second)).toMatchObject({ ok: true, value: { status: "cancelled", finishedAt: rig.now } });
    expect(await rig.stub.cancel(rig.creatorId, first)).toMatchObject({ ok: true });
    expect(await rig.stub.cancel(rig.creatorId, first)).toMatchObject({ ok: true });
    const [message] = rig.carriages;
    expect(message && (await rig.stub.take(message))).toBeNull();
    expect(rig.events.filter(({ type }) => type === "delivery.cancelled")).toHaveLength(2);
    expect(rig.abandoned).toEqual([]);
  });

  it("whose carrier still sends holds the turn until that has stopped; its session is given up", async () => {
    const { rig, first, second } = await two();
    const carrier = await rig.take();
    await carrier.say({ type: "opened", session: SESSION });
    await rig.stub.cancel(rig.creatorId, first);
    expect(rig.abandoned).toEqual([SESSION]);
    expect(await carrier.say({ type: "progress", bytesDone: 5 })).toBe(false);
    expect(rig.carriages).toHaveLength(1);
    expect(await carrier.say({ type: "yielded" })).toBe(false);
    expect(rig.carriages.map(({ deliveryId }) => deliveryId)).toEqual([first, second]);
  });

  it("whose carrier is never heard of again holds the turn until its lease ends", async () => {
    const { rig, first, second } = await two();
    await rig.take();
    await rig.stub.cancel(rig.creatorId, first);
    await rig.pass(LEASE_MS - 1);
    expect(rig.carriages).toHaveLength(1);
    await rig.pass(1);
    expect(rig.carriages.map(({ deliveryId }) => deliveryId)).toEqual([first, second]);
  });

  it("is too late once the last bytes leave", async () => {
    const { rig, first } = await two();
    const carrier = await rig.take();
    await carrier.say({ type: "opened", session: SESSION });
    await carrier.say({ type: "commit" });
    expect(await rig.stub.cancel(rig.creatorId, first)).toEqual({ ok: false, error: { code: "delivery_too_late", status: "committing" } });
    await carrier.say({ type: "accepted", remoteId: "v1" });
    expect(await rig.stub.cancel(rig.creatorId, first)).toMatchObject({ error: { code: "delivery_too_late" } });
    expect(rig.abandoned).toEqual([]);
  });

  it("whose session can't be given up is tried again", async () => {
    const { rig, first } = await two();
    const carrier = await rig.take();
    await carrier.say({ type: "opened", session: SESSION });
    rig.abandonment = { kind: "unknown", detail: "away", retryAfterMs: null };
    await rig.stub.cancel(rig.creatorId, first);
    await rig.pass(10_000);
    expect(rig.abandoned.length).toBeGreaterThan(1);
    rig.abandonment = { kind: "refused", refusal: refusal("gone") };
    await rig.pass(HOUR);
    const tried = rig.abandoned.length;
    await rig.pass(DAY);
    expect(rig.abandoned).toHaveLength(tried);
  });
});

describe("what YouTube does not take", () => {
  it("backs off and yields the turn, with its place and its session kept", async () => {
    const { rig, first, second } = await two();
    const carrier = await rig.take();
    await carrier.say({ type: "opened", session: SESSION });
    expect(await carrier.refused("busy", { retryAfterMs: 600_000 })).toBe(true);
    expect(await rig.view(first)).toMatchObject({
      status: "waiting",
      waitingOn: { reason: "backoff", detail: "YouTube says busy.", until: rig.now + 600_000, position: null },
    });
    expect(await rig.carry("v1")).toBe(second);
    await rig.pass(600_000);
    expect((await rig.take()).order.session).toBe(SESSION);
  });

  it("for quota waits until that is filled again, others too as they come to it", async () => {
    const { rig, first } = await two();
    const until = rig.now + 5 * HOUR;
    await (await rig.take()).refused("quota", {}, until);
    expect(await rig.view(first)).toMatchObject({ waitingOn: { reason: "quota", until } });
    await (await rig.take()).refused("quota", {}, until);
    expect(rig.carriages).toHaveLength(2);
    await rig.pass(5 * HOUR);
    expect(await rig.carry("v1")).toBe(first);
  });

  it("for the grant keeps its place until the channel is connected again", async () => {
    const { rig, first, second } = await two();
    await (await rig.take()).refused("reauth");
    expect(await rig.view(first)).toMatchObject({ waitingOn: { reason: "reauth", until: null } });
    const other = newId("con");
    const [third = newId("dlv")] = await rig.accepted({ connectionId: other });
    await (await rig.take()).refused("reauth");
    expect(await rig.carry("v3")).toBe(third);
    await rig.stub.reconnected(other);
    expect(rig.carriages).toHaveLength(3);
    await rig.stub.reconnected(rig.connectionId);
    expect([await rig.carry("v1"), await rig.carry("v2")]).toEqual([first, second]);
  });

  it("for good fails, says why, frees the turn and gives the session up; tried again it begins anew", async () => {
    const { rig, first, second } = await two();
    const carrier = await rig.take();
    await carrier.say({ type: "opened", session: SESSION });
    await carrier.refused("final", { code: "youtube.invalid_title", detail: "The title is bad." });
    expect(await rig.view(first)).toMatchObject({
      status: "failed",
      failure: { code: "youtube.invalid_title", detail: "The title is bad.", retryable: false },
      finishedAt: rig.now,
    });
    expect(rig.abandoned).toEqual([SESSION]);
    expect(await rig.carry("v2")).toBe(second);
    expect(await rig.stub.retry(rig.creatorId, second)).toEqual({
      ok: false,
      error: { code: "delivery_not_failed", status: "processing" },
    });
    expect(await rig.stub.retry(rig.creatorId, first)).toMatchObject({ ok: true, value: { status: "transferring", failure: null } });
    expect((await rig.take()).order.session).toBeNull();
  });
});

describe("from the commit on", () => {
  async function committing() {
    const { rig, first, second } = await two();
    const carrier = await rig.take();
    await carrier.say({ type: "opened", session: SESSION });
    await carrier.say({ type: "commit" });
    return { rig, first, second, carrier };
  }

  it("an unknown outcome is asked for again, and keeps the turn meanwhile", async () => {
    const { rig, first, carrier } = await committing();
    await carrier.say({ type: "unknown", detail: "The connection broke.", retryAfterMs: 30_000 });
    expect(await rig.statuses([first])).toEqual(["committing"]);
    expect(rig.carriages).toHaveLength(1);
    await rig.pass(30_000);
    const asking = await rig.take();
    expect(asking).toMatchObject({ deliveryId: first, order: { committing: true, session: SESSION } });
    expect(await asking.say({ type: "accepted", remoteId: "v1" })).toBe(true);
    expect(await rig.view(first)).toMatchObject({ status: "processing", remoteId: "v1" });
  });

  it("a session that is gone leaves it to a person, who says that it is there", async () => {
    const { rig, first, second, carrier } = await committing();
    expect(await rig.stub.resolve(rig.creatorId, first, { published: true, remoteId: "v1" })).toEqual({
      ok: false,
      error: { code: "delivery_not_unknown", status: "committing" },
    });
    await carrier.refused("gone");
    expect(await rig.view(first)).toMatchObject({ status: "unknown", finishedAt: null });
    expect(rig.carriages.at(-1)?.deliveryId).toBe(second);
    expect(await rig.stub.retry(rig.creatorId, first)).toMatchObject({ error: { code: "delivery_not_failed" } });
    const decided = await rig.stub.resolve(rig.creatorId, first, { published: true, remoteId: "v1" });
    expect(decided).toMatchObject({ ok: true, value: { status: "processing", remoteId: "v1" } });
    await rig.pass(DAY);
    expect(await rig.statuses([first])).toEqual(["verified"]);
  });

  it("a session that is gone leaves it to a person, who says that it is not there", async () => {
    const { rig, first, carrier } = await committing();
    await carrier.refused("gone");
    await rig.stub.resolve(rig.creatorId, first, { published: false });
    await rig.carry("v2");
    expect((await rig.take()).order).toMatchObject({ session: null, committing: false });
    expect(rig.carriages.at(-1)?.deliveryId).toBe(first);
  });

  it("a peer that can't be asked for a day leaves it to a person, who is waited for as long as it takes", async () => {
    const { rig, first } = await committing();
    await rig.pass(3 * DAY);
    expect(await rig.statuses([first])).toEqual(["unknown"]);
    await rig.pass(40 * DAY);
    expect(await rig.statuses([first])).toEqual(["unknown"]);
    expect(rig.events.filter(({ resource, type }) => resource === first && type === "delivery.unknown")).toHaveLength(1);
  });
});

it("keeps the address of a session sealed, whatever becomes of it", async () => {
  const { rig, first } = await two();
  const carrier = await rig.take();
  await carrier.say({ type: "opened", session: SESSION });
  const opened = await rig.stored();
  rig.abandonment = { kind: "unknown", detail: "away", retryAfterMs: null };
  await rig.stub.cancel(rig.creatorId, first);
  const owed = await rig.stored();
  expect(owed).toContain("abandon:");
  for (const stored of [opened, owed, JSON.stringify(rig.log.lines), JSON.stringify(rig.events)])
    expect(stored).not.toContain("capability");
  expect(opened).toContain("v1.");
});
