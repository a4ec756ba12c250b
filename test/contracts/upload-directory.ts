import { describe, expect, test } from "vitest";
import { UNCONFIRMED_MS, UNKNOWN_LENGTH_RESERVES_BYTES, type UploadDirectory } from "#domain/uploads/directory.ts";
import { forgottenUploadContract } from "./forgotten-upload.ts";
import { uploadListsContract } from "./upload-lists.ts";
import { aProgress, aReservation, DAY_MS, GENEROUS, newId, NOW } from "#test/fakes/builders.ts";

const idempotency = (fingerprint = "f1", scopeHash = "s1") => ({ scopeHash, fingerprint, expiresAt: NOW + DAY_MS });

/** What every upload directory does, the fake one included. */
export function uploadDirectoryContract(make: () => UploadDirectory): void {
  const reserved = async (directory: UploadDirectory, changes: Parameters<typeof aReservation>[0] = {}) => {
    const reservation = aReservation(changes);
    expect(await directory.reserve(reservation, GENEROUS)).toEqual({ ok: true, value: { id: reservation.id, replayed: false } });
    return reservation;
  };

  describe("reserving", () => {
    test("lists what was reserved", async () => {
      const directory = make();
      const { id, creatorId, expiresAt } = await reserved(directory, { externalId: "x-1" });
      const page = await directory.list(creatorId, { status: null, externalId: null }, { limit: 10, before: null });
      expect(page).toMatchObject({ items: [{ id, status: "receiving", offset: 0, externalId: "x-1", expiresAt }], hasMore: false });
      expect(await directory.find(id)).toMatchObject({ id, creatorId });
    });

    test("lists what an upload's first megabytes show", async () => {
      const directory = make();
      const { id, creatorId } = await reserved(directory);
      const look = { status: "unreadable", reason: "not_media" } as const;
      expect(await directory.find(id)).toMatchObject({ look: null });
      await directory.put(aProgress({ id, creatorId, look }));
      expect(await directory.find(id)).toMatchObject({ look });
    });

    test("holds the limit of open uploads, which a finished one frees", async () => {
      const directory = make();
      const { id, creatorId } = await reserved(directory);
      const guards = { ...GENEROUS, maxOpenUploads: 1 };
      expect(await directory.reserve(aReservation({ creatorId }), guards)).toEqual({
        ok: false,
        error: { code: "too_many_open_uploads", limit: 1 },
      });
      expect(await directory.reserve(aReservation(), guards)).toMatchObject({ ok: true });
      await directory.put(aProgress({ id, creatorId, status: "cancelled", finishedAt: NOW }));
      expect(await directory.reserve(aReservation({ creatorId }), guards)).toMatchObject({ ok: true });
    });

    test("holds the limit of open bytes to the byte", async () => {
      const directory = make();
      const { creatorId } = await reserved(directory, { length: 600 });
      const guards = { ...GENEROUS, maxOpenBytes: 1000 };
      expect(await directory.reserve(aReservation({ creatorId, length: 401 }), guards)).toEqual({
        ok: false,
        error: { code: "too_many_open_bytes", limit: 1000, reserved: 600 },
      });
      expect(await directory.reserve(aReservation({ creatorId, length: 400 }), guards)).toMatchObject({ ok: true });
    });

    test("counts an unknown length as 1 GiB, and as more when more is there", async () => {
      const directory = make();
      const { id, creatorId } = await reserved(directory, { length: null });
      const guards = { ...GENEROUS, maxOpenBytes: UNKNOWN_LENGTH_RESERVES_BYTES + 10 };
      expect(await directory.reserve(aReservation({ creatorId, length: 11 }), guards)).toMatchObject({
        error: { code: "too_many_open_bytes" },
      });
      await directory.put(aProgress({ id, creatorId, length: null, storedBytes: UNKNOWN_LENGTH_RESERVES_BYTES + 5 }));
      expect(await directory.reserve(aReservation({ creatorId, length: 6 }), guards)).toMatchObject({
        error: { code: "too_many_open_bytes" },
      });
      expect(await directory.reserve(aReservation({ creatorId, length: 5 }), guards)).toMatchObject({ ok: true });
    });

    test("lets one external id live once per creator, until it has failed", async () => {
      const directory = make();
      const { id, creatorId } = await reserved(directory, { externalId: "x-1" });
      const again = () => directory.reserve(aReservation({ creatorId, externalId: "x-1" }), GENEROUS);
      expect(await again()).toEqual({ ok: false, error: { code: "external_id_taken", externalId: "x-1" } });
      expect(await directory.reserve(aReservation({ externalId: "x-1" }), GENEROUS)).toMatchObject({ ok: true });
      await directory.put(aProgress({ id, creatorId, externalId: "x-1", status: "failed", finishedAt: NOW }));
      expect(await again()).toMatchObject({ ok: true });
    });
  });

  describe("names", () => {
    const reserveNamed = (directory: UploadDirectory, creatorId: ReturnType<typeof aReservation>["creatorId"], now = NOW) =>
      directory.reserve(aReservation({ creatorId, name: "a.mp4", now }), GENEROUS);

    test("find the open upload and refuse a second one", async () => {
      const directory = make();
      const { id, creatorId } = await reserved(directory, { name: "a.mp4" });
      expect(await directory.byName(creatorId, "a.mp4", NOW)).toBe(id);
      expect(await directory.byName(newId("crt"), "a.mp4", NOW)).toBeNull();
      expect(await reserveNamed(directory, creatorId)).toEqual({ ok: false, error: { code: "upload_in_progress", uploadId: id } });
    });

    test("find a completed one for seven days and are free after", async () => {
      const directory = make();
      const { id, creatorId } = await reserved(directory, { name: "a.mp4" });
      await directory.put(aProgress({ id, creatorId, status: "completed", finishedAt: NOW }));
      expect(await directory.byName(creatorId, "a.mp4", NOW)).toBe(id);
      expect(await directory.byName(creatorId, "a.mp4", NOW + 1)).toBeNull();
      expect(await reserveNamed(directory, creatorId, NOW + 7 * DAY_MS)).toEqual({
        ok: false,
        error: { code: "already_exists", uploadId: id },
      });
      expect(await reserveNamed(directory, creatorId, NOW + 7 * DAY_MS + 1)).toMatchObject({ ok: true });
    });

    test("are free once the upload has been cancelled", async () => {
      const directory = make();
      const { id, creatorId } = await reserved(directory, { name: "a.mp4" });
      await directory.put(aProgress({ id, creatorId, status: "cancelled", finishedAt: NOW }));
      expect(await directory.byName(creatorId, "a.mp4", 0)).toBeNull();
      expect(await reserveNamed(directory, creatorId)).toMatchObject({ ok: true });
    });
  });

  describe("what was forgotten and is told again by its owner", () => forgottenUploadContract(make));

  describe("idempotency keys", () => {
    test("give the first upload to the same request and refuse another", async () => {
      const directory = make();
      const first = aReservation();
      const { creatorId } = first;
      const again = (fingerprint: string) =>
        directory.reserve(aReservation({ creatorId }), { ...GENEROUS, idempotency: idempotency(fingerprint) });
      expect(await directory.reserve(first, { ...GENEROUS, idempotency: idempotency() })).toEqual({
        ok: true,
        value: { id: first.id, replayed: false },
      });
      expect(await again("f1")).toEqual({ ok: true, value: { id: first.id, replayed: true } });
      expect(await again("f2")).toEqual({ ok: false, error: { code: "idempotency_key_reused" } });
      expect(await directory.list(creatorId, { status: null, externalId: null }, { limit: 10, before: null })).toMatchObject({
        items: [{ id: first.id }],
      });
    });

    test("come before every other guard, and belong to one creator", async () => {
      const directory = make();
      const first = aReservation({ externalId: "x-1" });
      const guards = { ...GENEROUS, maxOpenUploads: 1, idempotency: idempotency() };
      await directory.reserve(first, guards);
      expect(await directory.reserve({ ...first, id: newId("upl") }, guards)).toEqual({
        ok: true,
        value: { id: first.id, replayed: true },
      });
      expect(await directory.reserve(aReservation(), guards)).toMatchObject({ value: { replayed: false } });
    });

    test("leave nothing behind when another guard refused", async () => {
      const directory = make();
      const { creatorId } = await reserved(directory, { externalId: "x-1" });
      const guards = { ...GENEROUS, idempotency: idempotency() };
      expect(await directory.reserve(aReservation({ creatorId, externalId: "x-1" }), guards)).toMatchObject({
        error: { code: "external_id_taken" },
      });
      expect(await directory.reserve(aReservation({ creatorId, externalId: "x-2" }), guards)).toMatchObject({ value: { replayed: false } });
    });

    test("are forgotten after their day, in chunks", async () => {
      const directory = make();
      const first = aReservation();
      const { creatorId } = first;
      for (const scope of ["s1", "s2", "s3"]) {
        await directory.reserve(aReservation({ creatorId }), { ...GENEROUS, idempotency: idempotency("f1", scope) });
      }
      expect(await directory.forgetIdempotency(NOW + DAY_MS, 2)).toBe(0);
      expect(await directory.forgetIdempotency(NOW + DAY_MS + 1, 2)).toBe(2);
      expect(await directory.forgetIdempotency(NOW + DAY_MS + 1, 2)).toBe(1);
      expect(await directory.reserve(aReservation({ creatorId }), { ...GENEROUS, idempotency: idempotency("f2") })).toMatchObject({
        value: { replayed: false },
      });
    });

    test("that are over but not yet forgotten are taken anew", async () => {
      const directory = make();
      const first = aReservation();
      await directory.reserve(first, { ...GENEROUS, idempotency: idempotency() });
      const later = NOW + DAY_MS;
      const guards = { ...GENEROUS, idempotency: { ...idempotency("f2"), expiresAt: later + DAY_MS } };
      const second = aReservation({ creatorId: first.creatorId, now: later });
      expect(await directory.reserve(second, guards)).toEqual({ ok: true, value: { id: second.id, replayed: false } });
      expect(await directory.reserve(aReservation({ creatorId: first.creatorId, now: later }), guards)).toEqual({
        ok: true,
        value: { id: second.id, replayed: true },
      });
    });
  });

  describe("what owners say", () => {
    test("is only ever replaced by something newer", async () => {
      const directory = make();
      const progress = aProgress({ sequence: 5, offset: 500 });
      await directory.put(progress);
      await directory.put({ ...progress, sequence: 4, offset: 400 });
      expect(await directory.find(progress.id)).toMatchObject({ offset: 500 });
      await directory.put({ ...progress, sequence: 6, offset: 600 });
      expect(await directory.find(progress.id)).toMatchObject({ offset: 600 });
    });

    test("with the same number counts when it expires later", async () => {
      const directory = make();
      const progress = aProgress({ sequence: 5 });
      await directory.put(progress);
      await directory.put({ ...progress, offset: 7, expiresAt: progress.expiresAt - 1 });
      expect(await directory.find(progress.id)).toMatchObject({ offset: 0, expiresAt: progress.expiresAt });
      await directory.put({ ...progress, offset: 9, expiresAt: progress.expiresAt + 1 });
      expect(await directory.find(progress.id)).toMatchObject({ offset: 9, expiresAt: progress.expiresAt + 1 });
    });

    test("keeps the name that was reserved, and says what became of it", async () => {
      const directory = make();
      const { id, creatorId } = await reserved(directory, { name: "a.mp4" });
      const asset = { id: newId("ast"), size: 1000, digests: {}, contentType: "video/mp4" };
      await directory.put(aProgress({ id, creatorId, status: "completed", finishedAt: NOW + 1, asset, sequence: 2 }));
      expect(await directory.byName(creatorId, "a.mp4", NOW)).toBe(id);
      expect(await directory.find(id)).toMatchObject({ status: "completed", assetId: asset.id, finishedAt: NOW + 1, createdAt: NOW });
    });
  });

  describe("lists", () => uploadListsContract(make));

  describe("sweeping", () => {
    test("finds what is over, oldest first, page by page", async () => {
      const directory = make();
      const creatorId = newId("crt");
      const late = await reserved(directory, { creatorId, expiresAt: NOW + 20 });
      const early = await reserved(directory, { creatorId, expiresAt: NOW + 10 });
      await reserved(directory, { creatorId, expiresAt: NOW + 30 });
      const [first, ...none] = (await directory.due(NOW + 30, null, 1)).filter((row) => row.creatorId === creatorId);
      expect([first?.id, first?.dueAt, none]).toEqual([early.id, NOW + 10, []]);
      expect((await directory.due(NOW + 30, first ?? null, 9)).map(({ id }) => id)).toEqual([late.id]);
    });

    test("finds rows that no session has confirmed, and expires those without one", async () => {
      const directory = make();
      const orphan = aReservation({ expiresAt: NOW + DAY_MS });
      await directory.reserve(orphan, { ...GENEROUS, idempotency: idempotency() });
      const confirmed = await reserved(directory);
      await directory.put(aProgress({ id: confirmed.id, creatorId: confirmed.creatorId }));
      const hourLater = NOW + UNCONFIRMED_MS;
      expect(await directory.due(hourLater, null, 9)).toEqual([]);
      const found = await directory.due(hourLater + 1, null, 9);
      expect(found).toEqual([{ id: orphan.id, creatorId: orphan.creatorId, dueAt: hourLater }]);
      for (const upload of found) await directory.expireOrphan(upload, NOW + 2);
      expect(await directory.find(orphan.id)).toMatchObject({ status: "expired", finishedAt: NOW + 2 });
      expect(
        await directory.reserve(aReservation({ creatorId: orphan.creatorId }), { ...GENEROUS, idempotency: idempotency("f2") }),
      ).toMatchObject({
        value: { replayed: false },
      });
    });

    test("asks no more before its time about what its owner has told of again", async () => {
      const directory = make();
      const reservation = await reserved(directory);
      const progress = aProgress({ ...reservation, createdAt: NOW, sequence: 1 });
      for (let times = 0; times < 2; times += 1) await directory.put(progress);
      expect(await directory.due(reservation.expiresAt, null, 9)).toEqual([]);
      expect(await directory.due(reservation.expiresAt + 1, null, 9)).toMatchObject([{ dueAt: reservation.expiresAt }]);
    });

    test("does not expire what its session has confirmed meanwhile", async () => {
      const directory = make();
      const { id, creatorId } = await reserved(directory);
      await directory.put(aProgress({ id, creatorId }));
      await directory.expireOrphan({ id, creatorId, dueAt: NOW }, NOW);
      expect(await directory.find(id)).toMatchObject({ status: "receiving" });
    });
  });
}
