import { expect, test } from "vitest";
import type { CreatorId } from "#domain/ids.ts";
import type { Webhook, WebhookDirectory, WebhookDraft } from "#domain/webhooks/webhook.ts";
import { newId, NOW } from "#test/fakes/builders.ts";

const HOUR = 3_600_000;

const aDraft = (creatorId: CreatorId, changes: Partial<WebhookDraft> = {}): WebhookDraft => ({
  id: newId("whk"),
  creatorId,
  url: "https://app.example/hooks",
  description: "Newsroom",
  types: ["upload.completed"],
  createdAt: NOW,
  ...changes,
});
const confirmed = (draft: WebhookDraft, changes: Partial<Webhook> = {}): Webhook => ({
  ...draft,
  status: "active",
  disabledReason: null,
  sequence: 1,
  ...changes,
});
const ALL = { limit: 100, before: null };

/** What a directory of webhooks does, the fake one included. */
export function webhookDirectoryContract(make: () => WebhookDirectory): void {
  const added = async (directory: WebhookDirectory, creatorId: CreatorId, changes: Partial<Webhook> = {}) => {
    const draft = aDraft(creatorId);
    await directory.reserve(draft, 100);
    const webhook = confirmed(draft, changes);
    await directory.put(webhook);
    return webhook;
  };

  test("lists what an endpoint has confirmed, newest first, page by page, to its creator", async () => {
    const directory = make();
    const creatorId = newId("crt");
    const made = [
      await added(directory, creatorId),
      await added(directory, creatorId),
      await added(directory, creatorId, { status: "disabled", disabledReason: "gone", description: null, types: [] }),
    ];
    const [third, second, first] = made.toSorted((a, b) => (a.id < b.id ? 1 : -1));
    await added(directory, newId("crt"));
    await directory.reserve(aDraft(creatorId), 100);
    expect(await directory.list(creatorId, { limit: 2, before: null })).toEqual({ items: [third, second], hasMore: true });
    expect(await directory.list(creatorId, { limit: 2, before: second?.id ?? null })).toEqual({ items: [first], hasMore: false });
  });

  test("knows who wants a creator's events: active ones, with their types", async () => {
    const directory = make();
    const creatorId = newId("crt");
    const some = await added(directory, creatorId);
    const every = await added(directory, creatorId, { types: [] });
    await added(directory, creatorId, { status: "disabled", disabledReason: "exhausted" });
    await added(directory, newId("crt"));
    await directory.reserve(aDraft(creatorId), 100);
    const wanting = [
      { id: some.id, types: ["upload.completed"] },
      { id: every.id, types: [] },
    ];
    expect(await directory.active(creatorId)).toEqual(wanting.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
  });

  test("lets as many in as there may be, and one more when one is gone", async () => {
    const directory = make();
    const creatorId = newId("crt");
    const first = await added(directory, creatorId);
    await added(directory, creatorId);
    const refusal = { ok: false, error: { code: "too_many_webhooks", limit: 2 } };
    expect(await directory.reserve(aDraft(creatorId), 2)).toEqual(refusal);
    expect(await directory.reserve(aDraft(newId("crt")), 2)).toEqual({ ok: true, value: true });
    await directory.remove({ ...first, sequence: 2 }, NOW);
    expect(await directory.reserve(aDraft(creatorId), 2)).toEqual({ ok: true, value: true });
    expect(await directory.reserve(aDraft(creatorId), 2)).toEqual(refusal);
  });

  test("gives a place that nobody confirmed to others after an hour, not before", async () => {
    const directory = make();
    const creatorId = newId("crt");
    await directory.reserve(aDraft(creatorId), 1);
    expect(await directory.reserve(aDraft(creatorId, { createdAt: NOW + HOUR }), 1)).toMatchObject({ ok: false });
    const late = aDraft(creatorId, { createdAt: NOW + HOUR + 1 });
    expect(await directory.reserve(late, 1)).toMatchObject({ ok: true });
    await directory.put(confirmed(late));
    expect(await directory.reserve(aDraft(creatorId, { createdAt: NOW + 9 * HOUR }), 1)).toMatchObject({ ok: false });
  });

  test("is changed by what is newer only", async () => {
    const directory = make();
    const creatorId = newId("crt");
    const webhook = await added(directory, creatorId, { sequence: 3, url: "https://app.example/third" });
    await directory.put({ ...webhook, sequence: 2, url: "https://app.example/second" });
    await directory.put({ ...webhook, url: "https://app.example/third-again" });
    expect((await directory.list(creatorId, ALL)).items).toEqual([webhook]);
    await directory.put({ ...webhook, sequence: 4, url: "https://app.example/fourth" });
    expect((await directory.list(creatorId, ALL)).items).toMatchObject([{ url: "https://app.example/fourth", sequence: 4 }]);
  });

  test("keeps what is removed away, whatever comes late", async () => {
    const directory = make();
    const creatorId = newId("crt");
    const webhook = await added(directory, creatorId);
    await directory.remove({ ...webhook, sequence: 5 }, NOW + 1);
    await directory.put({ ...webhook, sequence: 4 });
    expect(await directory.list(creatorId, ALL)).toEqual({ items: [], hasMore: false });
    expect(await directory.active(creatorId)).toEqual([]);
  });
}
