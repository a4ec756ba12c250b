import { expect, test } from "vitest";
import type { LoggedEvent } from "#domain/events/event.ts";
import type { CreatorId } from "#domain/ids.ts";
import type { DeliveryDirectory } from "#domain/publishing/delivery-directory.ts";
import type { DeliveryProjection } from "#domain/publishing/delivery-projection.ts";
import type { Delivery } from "#domain/publishing/delivery.ts";
import type { Destination, DestinationDirectory } from "#domain/publishing/destination.ts";
import { aDelivery, aDestination } from "#test/fakes/publishing-builders.ts";
import { anEvent, newId, NOW } from "#test/fakes/builders.ts";

const ALL = { limit: 100, before: null };
const ANY = { uploadId: null, destinationId: null };
const newestFirst = <T extends { readonly id: string }>(items: readonly T[]): T[] => items.toSorted((a, b) => (a.id < b.id ? 1 : -1));

/** What a directory of destinations does, the fake one included. */
export function destinationDirectoryContract(make: () => DestinationDirectory): void {
  const added = async (directory: DestinationDirectory, changes: Partial<Destination> = {}) => {
    const destination = aDestination(changes);
    await directory.add(destination);
    return destination;
  };

  test("finds a destination as it was added, for its creator only", async () => {
    const directory = make();
    const settings = {
      description: "",
      tags: ["a", "b"],
      categoryId: "22",
      language: null,
      privacy: "unlisted",
      madeForKids: true,
    } as const;
    const destination = await added(directory, { settings, pausedAt: NOW });
    expect(await directory.find(destination.creatorId, destination.id)).toEqual(destination);
    expect(await directory.find(newId("crt"), destination.id)).toBeNull();
    expect(await directory.find(destination.creatorId, newId("dst"))).toBeNull();
  });

  test("lists a creator's destinations, newest first, page by page", async () => {
    const directory = make();
    const creatorId = newId("crt");
    const made = [];
    for (let each = 0; each < 3; each++) made.push(await added(directory, { creatorId }));
    await added(directory);
    const [first, second, third] = newestFirst(made);
    expect(await directory.list(creatorId, { limit: 2, before: null })).toEqual({ items: [first, second], hasMore: true });
    expect(await directory.list(creatorId, { limit: 2, before: second?.id ?? null })).toEqual({ items: [third], hasMore: false });
  });

  test("changes a destination once, from the sequence that was read, and for its creator only", async () => {
    const directory = make();
    const destination = await added(directory);
    const { id, creatorId } = destination;
    const changed: Destination = { ...destination, name: "Other", settings: { privacy: "public" }, pausedAt: NOW + 1, sequence: 2 };
    expect(await directory.change({ ...changed, creatorId: newId("crt") }, 1)).toBe(false);
    expect(await directory.change(changed, 2)).toBe(false);
    expect(await directory.find(creatorId, id)).toEqual(destination);
    expect(await directory.change(changed, 1)).toBe(true);
    expect(await directory.change({ ...changed, name: "Again" }, 1)).toBe(false);
    expect(await directory.find(creatorId, id)).toEqual(changed);
  });

  test("what has been removed is nowhere, once", async () => {
    const directory = make();
    const { id, creatorId, ...rest } = await added(directory);
    expect(await directory.remove(newId("crt"), id, NOW)).toBe(false);
    expect(await directory.remove(creatorId, id, NOW)).toBe(true);
    expect(await directory.remove(creatorId, id, NOW)).toBe(false);
    expect(await directory.find(creatorId, id)).toBeNull();
    expect(await directory.list(creatorId, ALL)).toEqual({ items: [], hasMore: false });
    expect(await directory.change({ ...rest, id, creatorId, sequence: 2 }, 1)).toBe(false);
  });
}

/** What a directory of deliveries does with what their publishers tell it, the fake one included. */
export function deliveryDirectoryContract(
  make: () => { deliveries: DeliveryDirectory & DeliveryProjection; logged: (creatorId: CreatorId) => Promise<readonly LoggedEvent[]> },
): void {
  const put = async (deliveries: DeliveryProjection, changes: Partial<Delivery> = {}) => {
    const delivery = aDelivery(changes);
    await deliveries.put(delivery, []);
    return delivery;
  };

  test("knows whose publisher has a delivery, for its creator only", async () => {
    const { deliveries } = make();
    const { id, creatorId, account } = await put(deliveries);
    expect(await deliveries.accountOf(creatorId, id)).toBe(account);
    expect(await deliveries.accountOf(newId("crt"), id)).toBeNull();
    expect(await deliveries.accountOf(creatorId, newId("dlv"))).toBeNull();
  });

  test("lists a delivery with all that lists show of it", async () => {
    const { deliveries } = make();
    const failure = { code: "youtube.invalid_title", detail: "No.", retryable: false };
    const failed = await put(deliveries, { status: "failed", waitingOn: null, failure, finishedAt: NOW + 5, remoteId: "v1" });
    expect((await deliveries.list(failed.creatorId, ANY, ALL)).items).toEqual([
      {
        id: failed.id,
        creatorId: failed.creatorId,
        destinationId: failed.destinationId,
        account: failed.account,
        uploadId: failed.source.uploadId,
        assetId: failed.source.assetId,
        status: "failed",
        waitingReason: null,
        failureCode: "youtube.invalid_title",
        remoteId: "v1",
        title: failed.metadata.title,
        createdAt: NOW,
        changedAt: NOW,
        finishedAt: NOW + 5,
      },
    ]);
    const waiting = await put(deliveries);
    expect((await deliveries.list(waiting.creatorId, ANY, ALL)).items).toMatchObject([{ waitingReason: "turn", failureCode: null }]);
  });

  test("lists by creator, by upload and by destination, newest first, page by page", async () => {
    const { deliveries } = make();
    const creatorId = newId("crt");
    const [one, other] = [newId("dst"), newId("dst")];
    const { source } = aDelivery();
    const [a, b, c, d] = newestFirst([
      await put(deliveries, { creatorId, source, destinationId: one }),
      await put(deliveries, { creatorId, source, destinationId: other }),
      await put(deliveries, { creatorId, destinationId: one }),
      await put(deliveries, { creatorId, source, destinationId: one }),
    ]);
    await put(deliveries, { source, destinationId: one });
    const idsOf = async (filter: Parameters<DeliveryDirectory["list"]>[1], page: Parameters<DeliveryDirectory["list"]>[2] = ALL) =>
      (await deliveries.list(creatorId, filter, page)).items.map(({ id }) => id);
    const among = (want: (delivery: Delivery) => boolean) =>
      [a, b, c, d].flatMap((each) => (each !== undefined && want(each) ? [each.id] : []));
    expect(await idsOf(ANY)).toEqual(among(() => true));
    const { uploadId } = source;
    expect(await idsOf({ uploadId, destinationId: null })).toEqual(among((each) => each.source.uploadId === uploadId));
    expect(await idsOf({ uploadId: null, destinationId: one })).toEqual(among((each) => each.destinationId === one));
    const both = among((each) => each.destinationId === one && each.source.uploadId === uploadId);
    expect(both).toHaveLength(2);
    expect(await idsOf({ uploadId, destinationId: one })).toEqual(both);
    const first = await deliveries.list(creatorId, ANY, { limit: 3, before: null });
    expect(first.hasMore).toBe(true);
    expect(await idsOf(ANY, { limit: 3, before: first.items.at(-1)?.id ?? null })).toEqual([d?.id]);
  });

  test("believes the newest word, in whatever order it comes, and logs each event once", async () => {
    const { deliveries, logged } = make();
    const first = aDelivery();
    const { id: resource, creatorId } = first;
    const event = (sequence: number) => anEvent({ type: "delivery.created", resource, creatorId, sequence });
    const [created, started] = [event(1), event(2)];
    const second: Delivery = { ...first, status: "transferring", waitingOn: null, changedAt: NOW + 1, sequence: 2 };
    await deliveries.put(second, [created, started]);
    await deliveries.put(first, [created]);
    await deliveries.put(second, [created, started]);
    const { items } = await deliveries.list(creatorId, ANY, ALL);
    expect(items).toMatchObject([{ id: resource, status: "transferring", changedAt: NOW + 1 }]);
    expect((await logged(creatorId)).map(({ sequence }) => sequence)).toEqual([1, 2]);
  });
}
