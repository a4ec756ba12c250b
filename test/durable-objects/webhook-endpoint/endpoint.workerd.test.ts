import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { ulid } from "ulid";
import { idOf } from "#domain/ids.ts";
import { sealer } from "#adapters/crypto/sealed.ts";
import type { WebhookMessage } from "#domain/webhooks/delivery.ts";
import { STANDARD_SCHEDULE_MS } from "#domain/webhooks/schedule.ts";
import { DAY, refusedWith, Rig, TAKEN } from "./rig.ts";

const HOUR = 3600_000;
const stranger = idOf("crt", ulid());
const valueIn = <T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T => {
  if (!result.ok) expect.fail(`refused: ${JSON.stringify(result.error)}`);
  return result.value;
};

describe("a webhook", () => {
  it("is opened once, with a secret that is shown once and kept sealed, and listed", async () => {
    const rig = await Rig.opened({ types: ["upload.completed"] });
    expect(rig.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const view = valueIn(await rig.stub.view(rig.creatorId));
    expect(view).toMatchObject({ id: rig.draft.id, status: "active", types: ["upload.completed"], sequence: 1, previousSecretUntil: null });
    expect(JSON.stringify(view)).not.toContain(rig.secret);
    expect(rig.rows).toMatchObject([{ id: rig.draft.id, sequence: 1, url: rig.draft.url }]);
    const again = await rig.stub.open(rig.draft).then(
      () => "opened",
      (cause: unknown) => String(cause),
    );
    expect(again).toContain("there is a webhook here");
  });

  it("is nobody else's, and nothing begins to exist where somebody only asks", async () => {
    const rig = await Rig.opened();
    const notFound = { ok: false, error: { code: "webhook_not_found" } };
    const event = rig.message();
    await rig.accept([event]);
    for (const [stub, creator] of [
      [rig.stub, stranger],
      [(await Rig.empty()).stub, rig.creatorId],
    ] as const) {
      expect(await stub.view(creator)).toEqual(notFound);
      expect(await stub.update(creator, { url: "https://b.example/" }, null)).toEqual(notFound);
      expect(await stub.enable(creator)).toEqual(notFound);
      expect(await stub.disable(creator)).toEqual(notFound);
      expect(await stub.rotate(creator, 0)).toEqual(notFound);
      expect(await stub.ping(creator, rig.message())).toEqual(notFound);
      expect(await stub.deliveries(creator, null, { limit: 5, before: null })).toEqual(notFound);
      expect(await stub.redeliver(creator, event.id)).toEqual(notFound);
      expect(await stub.remove(creator)).toEqual(notFound);
    }
    expect(rig.sent).toEqual([]);
    expect(valueIn(await rig.stub.view(rig.creatorId)).status).toBe("active");
  });

  it("is changed only by who has read it", async () => {
    const rig = await Rig.opened();
    const url = "https://app.example/second";
    expect(await rig.stub.update(rig.creatorId, { url }, [2])).toMatchObject({ error: { code: "precondition_failed" } });
    expect(valueIn(await rig.stub.update(rig.creatorId, { url }, [7, 1]))).toMatchObject({ url, sequence: 2 });
    expect(valueIn(await rig.stub.update(rig.creatorId, { types: ["upload.failed"] }, null))).toMatchObject({ url, sequence: 3 });
    expect(rig.rows.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  });

  it("that is deleted takes nothing, sends nothing, and is gone with everything in it", async () => {
    const rig = await Rig.opened();
    await rig.accept([rig.message()]);
    expect(await rig.stub.remove(rig.creatorId)).toEqual({ ok: true, value: true });
    expect(rig.removed).toEqual([rig.draft.id]);
    await rig.accept([rig.message()]);
    expect(await rig.alarmAt()).toBeNull();
    expect(await rig.stub.view(rig.creatorId)).toMatchObject({ error: { code: "webhook_not_found" } });
    expect(rig.sent).toEqual([]);
  });

  it("is told to the directory later when that is away, deletion too", async () => {
    const rig = await Rig.empty();
    rig.directoryIsAway = true;
    await rig.stub.open(rig.draft);
    expect(rig.rows).toEqual([]);
    rig.directoryIsAway = false;
    await rig.pass(6_000);
    expect(rig.rows).toMatchObject([{ sequence: 1 }]);
    rig.directoryIsAway = true;
    await rig.stub.remove(rig.creatorId);
    expect(await rig.stub.view(rig.creatorId)).toMatchObject({ ok: false });
    rig.directoryIsAway = false;
    await rig.pass(6_000);
    expect([rig.removed, await rig.alarmAt()]).toEqual([[rig.draft.id], null]);
  });
});

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

describe("a ping", () => {
  it("tells at once what becomes of it, also where the webhook is disabled, and is sent once", async () => {
    const rig = await Rig.opened();
    await rig.stub.disable(rig.creatorId);
    const ping = () => rig.message({ type: "webhook.ping" });
    expect(valueIn(await rig.stub.ping(rig.creatorId, ping()))).toMatchObject({
      status: "delivered",
      attempts: [{ status: 204, fault: null }],
    });
    rig.answer = () => refusedWith(500);
    expect(valueIn(await rig.stub.ping(rig.creatorId, ping()))).toMatchObject({ status: "failed", attempts: [{ status: 500 }] });
    await rig.pass(9 * DAY);
    expect(rig.sent).toHaveLength(2);
    expect(valueIn(await rig.stub.view(rig.creatorId)).failingSince).toBeNull();
  });
});

describe("a secret", () => {
  it("that is replaced signs beside the new one for the overlap, and then no more", async () => {
    const rig = await Rig.opened();
    const rotated = valueIn(await rig.stub.rotate(rig.creatorId, DAY));
    expect(rotated.webhook.previousSecretUntil).toBe(rig.now + DAY);
    await rig.accept([rig.message()]);
    await rig.pass(DAY);
    await rig.accept([rig.message()]);
    await rig.pass(1_000);
    expect(rig.sent.map(({ secrets }) => secrets)).toEqual([[rotated.secret, rig.secret], [rotated.secret]]);
  });

  it("is sealed again under a newer key when it is used, so that the older key can go", async () => {
    const key = (id: string, fill: number) => ({ id, bytes: new Uint8Array(32).fill(fill) });
    const withKeys = async (rig: Rig, ...[first, ...rest]: ReturnType<typeof key>[]) => {
      rig.changes = { sealer: sealer([first ?? key("none", 9), ...rest]) };
      await rig.inject();
    };
    const rig = await Rig.empty();
    await withKeys(rig, key("a", 1));
    const { secret } = await rig.stub.open(rig.draft);
    await withKeys(rig, key("b", 2));
    await rig.accept([rig.message()]);
    await rig.pass(1_000);
    expect(rig.sent).toEqual([]);
    const [unread] = valueIn(await rig.stub.deliveries(rig.creatorId, null, { limit: 1, before: null })).items;
    expect(unread).toMatchObject({ status: "pending", attempts: [{ fault: "secret_unreadable", status: null }] });

    await withKeys(rig, key("b", 2), key("a", 1));
    await rig.pass(6_000);
    expect(rig.sent.map(({ secrets }) => secrets)).toEqual([[secret]]);
    await withKeys(rig, key("b", 2));
    await rig.accept([rig.message()]);
    await rig.pass(1_000);
    expect(rig.sent.map(({ secrets }) => secrets)).toEqual([[secret], [secret]]);
  });
});

describe("the completion callback", () => {
  const completion = { url: "http://127.0.0.1:9/done", secret: "whsec_of-the-operator" };

  it("goes where the configuration says, for every creator, and nothing disables it", async () => {
    const rig = await Rig.empty();
    rig.changes = { completion };
    await rig.inject();
    rig.answer = () => refusedWith(410);
    const message = rig.message();
    await rig.accept([message], "service");
    await rig.pass(HOUR);
    rig.answer = () => TAKEN;
    await rig.pass(DAY);
    expect(rig.sent.at(-1)).toMatchObject({ id: message.id, url: completion.url, secrets: [completion.secret], isConfigured: true });
    expect(rig.sent.length).toBe(5);
    await rig.accept([rig.message()], "service");
    await rig.pass(1_000);
    expect(rig.sent.length).toBe(6);
    expect([rig.rows, rig.events]).toEqual([[], []]);
    expect(await rig.stub.view(rig.creatorId)).toMatchObject({ error: { code: "webhook_not_found" } });
  });

  it("shows what it was sent to the service alone, and sends it again by hand", async () => {
    const rig = await Rig.empty();
    rig.changes = { completion };
    await rig.inject();
    const page = { limit: 9, before: null };
    const missing = { error: { code: "webhook_not_found" } };
    expect(await rig.stub.deliveries("service", null, page)).toMatchObject(missing);
    const message = rig.message();
    await rig.accept([message], "service");
    await rig.pass(1_000);
    expect(await rig.stub.deliveries("service", null, page)).toMatchObject({ value: { items: [{ id: message.id, status: "delivered" }] } });
    expect(await rig.stub.delivery("service", message.id)).toMatchObject({ value: { id: message.id, attemptCount: 1 } });
    expect(await rig.stub.delivery("service", rig.message().id)).toMatchObject({ error: { code: "delivery_not_found" } });
    expect(await rig.stub.redeliver("service", message.id)).toMatchObject({ value: { id: message.id, status: "pending" } });
    await rig.pass(1_000);
    expect(rig.sent.map(({ id }) => id)).toEqual([message.id, message.id]);
    expect(await rig.stub.deliveries(rig.creatorId, null, page)).toMatchObject(missing);
    expect(await rig.stub.delivery(rig.creatorId, message.id)).toMatchObject(missing);
    expect(await rig.stub.redeliver(rig.creatorId, message.id)).toMatchObject(missing);
  });

  it("is nobody's webhook, and a webhook is not the service's", async () => {
    const rig = await Rig.opened();
    const message = rig.message();
    await rig.accept([message]);
    await rig.pass(1_000);
    const missing = { error: { code: "webhook_not_found" } };
    expect(await rig.stub.deliveries("service", null, { limit: 9, before: null })).toMatchObject(missing);
    expect(await rig.stub.delivery("service", message.id)).toMatchObject(missing);
    expect(await rig.stub.redeliver("service", message.id)).toMatchObject(missing);
  });

  it("begins only where it is meant", async () => {
    const rig = await Rig.empty();
    await rig.accept([rig.message()], "creator");
    expect(await rig.alarmAt()).toBeNull();
  });
});
