import { expect, test } from "vitest";
import type { UploadDirectory } from "#domain/uploads/directory.ts";
import { aProgress, aReservation, GENEROUS, NOW } from "#test/fakes/builders.ts";

/** What every upload directory makes of an owner's word about an upload that it knows nothing of. */
export function forgottenUploadContract(make: () => UploadDirectory): void {
  const reserved = async (directory: UploadDirectory, changes: Parameters<typeof aReservation>[0] = {}) => {
    const reservation = aReservation(changes);
    expect(await directory.reserve(reservation, GENEROUS)).toMatchObject({ ok: true });
    return reservation;
  };

  test("comes back with its name and its external id", async () => {
    const directory = make();
    const progress = aProgress({ name: "a.mp4", externalId: "x-1", sequence: 4 });
    await directory.put(progress);
    expect(await directory.find(progress.id)).toMatchObject({ id: progress.id, externalId: "x-1" });
    expect(await directory.byName(progress.creatorId, "a.mp4", NOW)).toBe(progress.id);
    await directory.put({ ...progress, status: "completed", finishedAt: NOW, sequence: 5 });
    expect(await directory.byName(progress.creatorId, "a.mp4", NOW)).toBe(progress.id);
  });

  test("comes back without what another has by now", async () => {
    const directory = make();
    const newer = await reserved(directory, { name: "a.mp4", externalId: "x-1" });
    const progress = aProgress({ creatorId: newer.creatorId, name: "a.mp4", externalId: "x-1", sequence: 4 });
    await directory.put(progress);
    expect(await directory.find(progress.id)).toMatchObject({ id: progress.id, externalId: null });
    expect(await directory.byName(newer.creatorId, "a.mp4", NOW)).toBe(newer.id);
    await directory.put(aProgress({ ...newer, status: "cancelled", finishedAt: NOW, sequence: 2 }));
    await directory.put({ ...progress, sequence: 5 });
    expect(await directory.find(progress.id)).toMatchObject({ externalId: "x-1" });
    expect(await directory.byName(newer.creatorId, "a.mp4", NOW)).toBe(progress.id);
  });

  test("is walked through oldest first, of one creator and of all", async () => {
    const directory = make();
    const { creatorId, id: first } = await reserved(directory);
    const ids = [
      first,
      ...(await Promise.all([reserved(directory, { creatorId }), reserved(directory, { creatorId })])).map(({ id }) => id),
    ].toSorted();
    const other = await reserved(directory);
    expect(await directory.following(creatorId, null, 9)).toEqual(ids);
    expect(await directory.following(creatorId, ids[0] ?? null, 1)).toEqual(ids.slice(1, 2));
    expect(await directory.following(null, null, 99)).toEqual(expect.arrayContaining([...ids, other.id]));
  });
}
