import { expect, test } from "vitest";
import type { UploadId } from "#domain/ids.ts";
import type { UploadDirectory } from "#domain/uploads/directory.ts";
import { aProgress, aReservation, GENEROUS, newId, NOW } from "#test/fakes/builders.ts";

/** How every upload directory lists what it has. */
export function uploadListsContract(make: () => UploadDirectory): void {
  const reserved = async (directory: UploadDirectory, changes: Parameters<typeof aReservation>[0]) => {
    const reservation = aReservation(changes);
    expect(await directory.reserve(reservation, GENEROUS)).toMatchObject({ ok: true });
    return reservation;
  };

  test("go page by page, newest first, under their filters", async () => {
    const directory = make();
    const creatorId = newId("crt");
    const made = [];
    for (let index = 0; index < 5; index += 1) made.push(await reserved(directory, { creatorId, externalId: `x-${index}` }));
    const ids = made
      .map(({ id }) => id)
      .toSorted()
      .toReversed();
    const failing = made.find(({ id }) => id === ids[1]) ?? aReservation();
    await directory.put(aProgress({ ...failing, status: "failed", finishedAt: NOW }));
    const all = { status: null, externalId: null };
    const first = await directory.list(creatorId, all, { limit: 2, before: null });
    expect([first.items.map(({ id }) => id), first.hasMore]).toEqual([ids.slice(0, 2), true]);
    const last = await directory.list(creatorId, all, { limit: 3, before: ids[1] ?? null });
    expect([last.items.map(({ id }) => id), last.hasMore]).toEqual([ids.slice(2), false]);
    const failed = await directory.list(creatorId, { status: "failed", externalId: null }, { limit: 9, before: null });
    expect(failed.items.map(({ id }) => id)).toEqual([ids[1]]);
    const [named] = (await directory.list(creatorId, { status: null, externalId: "x-3" }, { limit: 9, before: null })).items;
    expect(named?.externalId).toBe("x-3");
    expect((await directory.list(newId("crt"), all, { limit: 9, before: null })).items).toEqual([]);
  });

  test("have everything in one order, whatever became of each", async () => {
    const directory = make();
    const creatorId = newId("crt");
    const statuses = [
      "completed",
      "receiving",
      "cancelled",
      "failed",
      "completing",
      "expired",
      "completed",
      "receiving",
      "failed",
    ] as const;
    const ids: string[] = [];
    for (const status of statuses) {
      const reservation = await reserved(directory, { creatorId });
      const finishedAt = status === "receiving" || status === "completing" ? null : NOW;
      await directory.put(aProgress({ ...reservation, status, finishedAt, sequence: 2 }));
      ids.push(reservation.id);
    }
    const newestFirst = ids.toSorted().toReversed();
    const seen: UploadId[] = [];
    for (let before: UploadId | null = null, more = true; more;) {
      const page = await directory.list(creatorId, { status: null, externalId: null }, { limit: 2, before });
      seen.push(...page.items.map(({ id }) => id));
      before = seen.at(-1) ?? null;
      more = page.hasMore;
    }
    expect(seen).toEqual(newestFirst);
    for (const status of statuses) {
      const { items } = await directory.list(creatorId, { status, externalId: null }, { limit: 9, before: null });
      expect(items.map(({ id }) => id)).toEqual(newestFirst.filter((id) => statuses[ids.indexOf(id)] === status));
    }
    expect(await directory.following(creatorId, null, 20)).toEqual(ids.toSorted());
  });
}
