import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { ulid } from "ulid";
import { idOf } from "#domain/ids.ts";
import type { WebhookMessage } from "#domain/webhooks/delivery.ts";
import { STANDARD_SCHEDULE_MS } from "#domain/webhooks/schedule.ts";
import { expectDescribed } from "../../contracts/event-data.ts";
import { DAY, refusedWith, Rig, TAKEN, valueIn } from "./rig.ts";

const HOUR = 3600_000;
describe("events", () => {
  it("are sent as they were handed over, each once, however often they are handed over", async () => {
    const rig = await Rig.opened();
    const messages = [rig.message(), rig.message(), rig.message()];
    await rig.accept(messages);
    await rig.accept(messages);
    await rig.pass(1_000);
    await rig.accept(messages);
    await rig.pass(1_000);
    expect(rig.sent.map(({ id }) => id).toSorted()).toEqual(messages.map(({ id }) => id).toSorted());
    expect(rig.sent[0]).toMatchObject({ url: rig.draft.url, secrets: [rig.secret], isConfigured: false });
    expect(rig.sent.map(({ body }) => body).toSorted()).toEqual(messages.map(({ body }) => body).toSorted());
    expect(await rig.statuses()).toEqual({ delivered: 3 });
  });

  it("that are not wanted (any more) are let go", async () => {
    const rig = await Rig.opened({ types: ["upload.completed"] });
    await rig.accept([rig.message({ type: "upload.failed" }), rig.message()]);
    expect(await rig.statuses()).toEqual({ pending: 1 });
  });

  it("go out six at once and no more; those that come meanwhile have a free place at once", async () => {
    const rig = await Rig.opened();
    const receiver = { held: true, now: 0, most: 0 };
    rig.answer = async () => {
      receiver.now += 1;
      receiver.most = Math.max(receiver.most, receiver.now);
      // An object can't wait for another's promise.
      do await scheduler.wait(1);
      while (receiver.held);
      receiver.now -= 1;
      return TAKEN;
    };
    await rig.accept(Array.from({ length: 5 }, () => rig.message()));
    const ringing = rig.ring();
    await expect.poll(() => rig.sent.length).toBe(5);
    await rig.accept(Array.from({ length: 15 }, () => rig.message()));
    await expect.poll(() => rig.sent.length).toBe(6);
    await scheduler.wait(20);
    expect(receiver).toMatchObject({ now: 6, most: 6 });
    receiver.held = false;
    await ringing;
    expect(receiver.most).toBe(6);
    expect(await rig.statuses()).toEqual({ delivered: 20 });
  });

  it("are sent to who was down for a day: nothing lost, nothing twice, by the schedule", async () => {
    const rig = await Rig.opened();
    const start = rig.now;
    const taken: string[] = [];
    rig.answer = ({ id }) => {
      if (rig.now < start + DAY) return refusedWith(503);
      taken.push(id);
      return TAKEN;
    };
    const messages: WebhookMessage[] = [];
    for (let hour = 0; hour < 24; hour++) {
      const message = rig.message({ sequence: hour });
      messages.push(message);
      await rig.accept([message]);
      await rig.pass(HOUR);
    }
    expect(taken).toEqual([]);
    await rig.pass(DAY);
    expect(taken.toSorted()).toEqual(messages.map(({ id }) => id).toSorted());
    expect(await rig.statuses()).toEqual({ delivered: 24 });
    expect(rig.events).toEqual([]);

    const first = rig.sent.filter(({ id }) => id === messages[0]?.id).map(({ at }) => at);
    const pauses = first.map((at, index) => at - (first[index - 1] ?? start));
    expect(pauses).toEqual(STANDARD_SCHEDULE_MS.slice(0, pauses.length));
    expect(first.at(-1)).toBeGreaterThanOrEqual(start + DAY);
    const view = valueIn(await rig.stub.view(rig.creatorId));
    expect(view).toMatchObject({ status: "active", failingSince: null, lastDeliveredAt: expect.any(Number) });
  });

  it("that nobody takes for three days disable the webhook, once, and the creator is told", async () => {
    const rig = await Rig.opened();
    rig.answer = () => refusedWith(500);
    rig.chance = 0.5;
    const start = rig.now;
    const [first, late] = [rig.message(), rig.message()];
    await rig.accept([first]);
    await rig.pass(2 * DAY);
    await rig.accept([late]);
    await rig.pass(9 * DAY);
    expect(rig.sent.filter(({ id }) => id === first.id)).toHaveLength(10);
    expect(((rig.sent.filter(({ id }) => id === first.id).at(-1)?.at ?? 0) - start) / DAY).toBeCloseTo(3.307, 2);
    expect(await rig.statuses()).toEqual({ failed: 1, pending: 1 });
    const view = valueIn(await rig.stub.view(rig.creatorId));
    expect(view).toMatchObject({ status: "disabled", disabledReason: "exhausted", failingSince: start, sequence: 2 });
    expect(rig.rows.at(-1)).toMatchObject({ status: "disabled", disabledReason: "exhausted" });
    expect(rig.events).toMatchObject([
      {
        type: "webhook.disabled",
        creatorId: rig.creatorId,
        resource: rig.draft.id,
        sequence: 2,
        data: { webhook_id: rig.draft.id, url: rig.draft.url, reason: "exhausted" },
      },
    ]);
    for (const event of rig.events) expectDescribed(event);
    expect(rig.woken).toEqual([rig.creatorId]);
    await rig.accept([rig.message()]);
    expect(await rig.statuses()).toEqual({ failed: 1, pending: 1 });
  });

  it("that waited are sent when the webhook is enabled again, with a whole schedule before them", async () => {
    const rig = await Rig.opened();
    rig.answer = () => refusedWith(410);
    const messages = [rig.message(), rig.message()];
    await rig.accept(messages.slice(0, 1));
    await rig.accept(messages.slice(1));
    rig.answer = ({ id }) => (id === messages[0]?.id ? refusedWith(410) : refusedWith(500));
    await rig.pass(HOUR);
    expect(valueIn(await rig.stub.view(rig.creatorId))).toMatchObject({ status: "disabled", disabledReason: "gone" });
    expect(await rig.statuses()).toEqual({ failed: 1, pending: 1 });
    expect(rig.events).toHaveLength(1);
    const sentBefore = rig.sent.length;
    await rig.pass(9 * DAY);
    expect(rig.sent).toHaveLength(sentBefore);

    rig.answer = () => TAKEN;
    expect(valueIn(await rig.stub.enable(rig.creatorId))).toMatchObject({ status: "active", disabledReason: null });
    await rig.pass(1_000);
    expect(rig.sent.slice(sentBefore).map(({ id }) => id)).toEqual([messages[1]?.id]);
  });

  it("that wait for hours are due at once when the webhook is enabled, with ten attempts before them again", async () => {
    const rig = await Rig.opened();
    rig.answer = () => refusedWith(500);
    const message = rig.message();
    await rig.accept([message]);
    await rig.pass(DAY);
    expect(rig.sent.length).toBeGreaterThan(6);
    await rig.stub.disable(rig.creatorId);
    const before = rig.sent.length;
    await rig.stub.enable(rig.creatorId);
    const since = rig.now;
    await rig.pass(1_000);
    expect(rig.sent.slice(before).map(({ at }) => at)).toEqual([since]);
    await rig.pass(4 * DAY);
    expect(rig.sent.slice(before)).toHaveLength(10);
  });

  it("are put off as the receiver asks, all of them", async () => {
    const rig = await Rig.opened();
    const start = rig.now;
    rig.answer = () => (rig.now < start + 2 * HOUR ? refusedWith(429, 2 * HOUR) : TAKEN);
    await rig.accept([rig.message()]);
    await rig.pass(1_000);
    await rig.accept([rig.message(), rig.message()]);
    await rig.pass(2 * HOUR - 2_000);
    expect(rig.sent).toHaveLength(1);
    await rig.pass(2_000);
    expect(rig.sent.map(({ at }) => at - start)).toEqual([0, 2 * HOUR, 2 * HOUR, 2 * HOUR]);
    expect(await rig.statuses()).toEqual({ delivered: 3 });
  });

  it("are listed with their attempts, by status, newest first, page by page", async () => {
    const rig = await Rig.opened();
    const [refused, ...others] = [rig.message(), rig.message(), rig.message()];
    rig.answer = ({ id }) => (id === refused.id ? refusedWith(500) : TAKEN);
    await rig.accept([refused, ...others]);
    await rig.pass(1_000);
    const list = async (status: "pending" | "delivered" | null, before = null as typeof refused.id | null, limit = 2) =>
      valueIn(await rig.stub.deliveries(rig.creatorId, status, { limit, before }));
    const newestFirst = [refused, ...others]
      .map(({ id }) => id)
      .toSorted()
      .toReversed();
    const first = await list(null);
    expect([first.items.map(({ id }) => id), first.hasMore]).toEqual([newestFirst.slice(0, 2), true]);
    const second = await list(null, newestFirst[1]);
    expect([second.items.map(({ id }) => id), second.hasMore]).toEqual([newestFirst.slice(2), false]);
    expect((await list("delivered")).items).toHaveLength(2);
    expect((await list("pending")).items).toMatchObject([
      {
        id: refused.id,
        attemptCount: 1,
        attempts: [{ status: 500, fault: "refused", durationMs: 0 }],
        nextAttemptAt: expect.any(Number),
        finishedAt: null,
      },
    ]);
  });

  it("are sent again by hand, under the same id and with the same body", async () => {
    const rig = await Rig.opened();
    const message = rig.message();
    await rig.accept([message]);
    await rig.pass(1_000);
    expect(valueIn(await rig.stub.redeliver(rig.creatorId, message.id))).toMatchObject({ status: "pending", attemptCount: 1 });
    await rig.pass(1_000);
    expect(rig.sent.map(({ id, body }) => [id, body])).toEqual([
      [message.id, message.body],
      [message.id, message.body],
    ]);
    expect(await rig.stub.redeliver(rig.creatorId, idOf("evt", ulid()))).toMatchObject({ error: { code: "delivery_not_found" } });
    await rig.stub.disable(rig.creatorId);
    expect(await rig.stub.redeliver(rig.creatorId, message.id)).toEqual({
      ok: false,
      error: { code: "webhook_disabled", reason: "by_creator" },
    });
  });

  it("that were missed or have failed are sent when they are offered again; those that were taken or wait are left alone", async () => {
    const rig = await Rig.opened({ types: ["upload.completed"] });
    rig.changes = { schedule: [0, HOUR] };
    await rig.inject();
    const [taken, failed, waiting, missed] = [rig.message(), rig.message(), rig.message(), rig.message()];
    const unwanted = rig.message({ type: "upload.failed" });
    await rig.accept([taken]);
    await rig.pass(1_000);
    rig.answer = () => refusedWith(500);
    await rig.accept([failed]);
    await rig.pass(2 * HOUR);
    await rig.stub.enable(rig.creatorId);
    await rig.accept([waiting]);
    await rig.pass(1_000);
    const [next] = valueIn(await rig.stub.deliveries(rig.creatorId, "pending", { limit: 1, before: null })).items;
    expect([await rig.statuses(), next?.attemptCount]).toEqual([{ delivered: 1, failed: 1, pending: 1 }, 1]);

    rig.answer = () => TAKEN;
    const before = rig.sent.length;
    expect(await rig.stub.replay(rig.creatorId, [taken, failed, waiting, missed, unwanted])).toEqual({ ok: true, value: 2 });
    await rig.pass(1_000);
    expect(
      rig.sent
        .slice(before)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual([failed.id, missed.id].toSorted());
    const [still] = valueIn(await rig.stub.deliveries(rig.creatorId, "pending", { limit: 1, before: null })).items;
    expect(still).toEqual(next);
    await rig.stub.disable(rig.creatorId);
    expect(await rig.stub.replay(rig.creatorId, [failed])).toEqual({
      ok: false,
      error: { code: "webhook_disabled", reason: "by_creator" },
    });
  });

  it("are forgotten thirty days after they ended, and what waits is not", async () => {
    const rig = await Rig.opened();
    const [done, waiting] = [rig.message(), rig.message()];
    await rig.accept([done]);
    await rig.pass(1_000);
    await rig.stub.disable(rig.creatorId);
    await rig.stub.enable(rig.creatorId);
    rig.answer = () => refusedWith(503);
    await rig.accept([waiting]);
    await rig.stub.disable(rig.creatorId);
    await rig.pass(30 * DAY - 2_000);
    expect(await rig.statuses()).toEqual({ delivered: 1, pending: 1 });
    await rig.pass(2 * HOUR);
    expect(await rig.statuses()).toEqual({ pending: 1 });
  });
});

describe("much at once", () => {
  it("leaves of a delivery's attempts the newest twenty, and their number", async () => {
    const rig = await Rig.opened();
    rig.changes = { schedule: Array.from({ length: 24 }, () => 1_000) };
    await rig.inject();
    rig.answer = () => refusedWith(500 + rig.sent.length);
    await rig.accept([rig.message()]);
    await rig.pass(HOUR);
    const [delivery] = valueIn(await rig.stub.deliveries(rig.creatorId, null, { limit: 1, before: null })).items;
    expect([delivery?.attemptCount, rig.sent.length]).toEqual([24, 24]);
    expect(delivery?.attempts.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, (_, index) => 505 + index));
  });

  it("is sent in runs of ten minutes, one after the other", async () => {
    const rig = await Rig.opened();
    const start = rig.now;
    rig.answer = () => {
      rig.now += 60_000;
      return TAKEN;
    };
    await rig.accept(Array.from({ length: 40 }, () => rig.message()));
    await rig.ring();
    expect((rig.now - start) / 60_000).toBeLessThan(18);
    expect((await rig.statuses())["pending"]).toBeGreaterThan(20);
    expect(await rig.alarmAt()).toBeLessThanOrEqual(rig.now);
    await rig.pass(HOUR);
    expect(await rig.statuses()).toEqual({ delivered: 40 });
    expect(rig.sent).toHaveLength(40);
  });

  it("is kept to the newest ten thousand that ended, once they have been over for an hour", async () => {
    const rig = await Rig.opened();
    const [first, waiting] = [rig.message(), rig.message()];
    await rig.accept([first]);
    await rig.pass(1_000);
    rig.answer = () => refusedWith(503);
    await rig.accept([waiting]);
    const count = () =>
      runInDurableObject(
        rig.stub,
        (_instance, { storage }) => storage.sql.exec<{ n: number }>("SELECT count(*) AS n FROM deliveries").one().n,
      );
    await runInDurableObject(rig.stub, (_instance, { storage }) => {
      storage.sql.exec(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10050)
           INSERT INTO deliveries (event_id, type, resource, sequence, request_id, body, status, once, tries, finished_at, created_at)
           SELECT 'evt_' || printf('7%025d', i), 'upload.completed', 'upl_', 1, 'req_', '{}', 'delivered', 0, 0, ?, ? FROM n`,
        rig.now,
        rig.now,
      );
    });
    await rig.pass(HOUR / 2);
    expect(await count()).toBe(10_052);
    await rig.pass(3 * HOUR);
    expect(await count()).toBe(10_001);
    expect(await rig.statuses()).toMatchObject({ delivered: 1000 });
    expect(valueIn(await rig.stub.redeliver(rig.creatorId, waiting.id))).toMatchObject({ id: waiting.id });
    expect(await rig.stub.redeliver(rig.creatorId, first.id)).toMatchObject({ error: { code: "delivery_not_found" } });
  });
});
