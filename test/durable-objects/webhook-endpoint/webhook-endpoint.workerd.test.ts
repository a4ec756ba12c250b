import { describe, expect, it } from "vitest";
import { ulid } from "ulid";
import { idOf } from "#domain/ids.ts";
import { sealer } from "#adapters/crypto/sealed.ts";
import { DAY, refusedWith, Rig, TAKEN, valueIn } from "./rig.ts";

const HOUR = 3600_000;
const stranger = idOf("crt", ulid());
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
      expect(await stub.replay(creator, [event])).toEqual(notFound);
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

    await withKeys(rig, key("c", 3));
    const rotated = valueIn(await rig.stub.rotate(rig.creatorId, DAY));
    await rig.accept([rig.message()]);
    await rig.pass(1_000);
    expect(rig.sent.at(-1)?.secrets).toEqual([rotated.secret]);
    expect(rig.logged.at(-2)).toMatchObject({ event: "webhook secret not readable" });
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
