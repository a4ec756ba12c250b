import { expect, test } from "vitest";
import type { AuditLog } from "#domain/audit/audit.ts";
import { ALL_UPLOADS, uploadsOf, type SwitchBoard } from "#domain/operators/switches.ts";
import type { UploadDirectory } from "#domain/uploads/directory.ts";
import { aReservation, aStamp, DAY_MS, GENEROUS, newId, NOW } from "#test/fakes/builders.ts";

/** What every switch board does to every upload directory, the fake ones included. */
export function switchBoardContract(make: () => { switches: SwitchBoard; uploads: UploadDirectory; audit: AuditLog }): void {
  test("turns new uploads off for everybody, and on again", async () => {
    const { switches, uploads } = make();
    const by = aStamp();
    expect(await switches.set(ALL_UPLOADS, "Maintenance", by)).toEqual({
      key: "uploads",
      reason: "Maintenance",
      setBy: by.actor,
      setAt: by.at,
    });
    expect(await uploads.reserve(aReservation(), GENEROUS)).toEqual({
      ok: false,
      error: { code: "uploads_paused", reason: "Maintenance" },
    });
    expect(await switches.remove(ALL_UPLOADS, aStamp())).toBe(true);
    expect(await uploads.reserve(aReservation(), GENEROUS)).toMatchObject({ ok: true });
    expect(await switches.remove(ALL_UPLOADS, aStamp())).toBe(false);
  });

  test("turns them off for one creator and no other, and says so even while all are paused", async () => {
    const { switches, uploads } = make();
    const suspended = newId("crt");
    await switches.set(uploadsOf(suspended), "Abuse", aStamp());
    const refused = { ok: false, error: { code: "creator_suspended", reason: "Abuse" } };
    expect(await uploads.reserve(aReservation({ creatorId: suspended }), GENEROUS)).toEqual(refused);
    expect(await uploads.reserve(aReservation(), GENEROUS)).toMatchObject({ ok: true });
    await switches.set(ALL_UPLOADS, "Maintenance", aStamp());
    expect(await uploads.reserve(aReservation({ creatorId: suspended }), GENEROUS)).toEqual(refused);
  });

  test("lets the same request find what it opened before", async () => {
    const { switches, uploads } = make();
    const first = aReservation();
    const guards = { ...GENEROUS, idempotency: { scopeHash: "s", fingerprint: "f", expiresAt: NOW + DAY_MS } };
    await uploads.reserve(first, guards);
    await switches.set(ALL_UPLOADS, "Maintenance", aStamp());
    expect(await uploads.reserve({ ...first, id: newId("upl") }, guards)).toEqual({ ok: true, value: { id: first.id, replayed: true } });
  });

  test("leaves nothing of what it refused", async () => {
    const { switches, uploads } = make();
    const reservation = aReservation({ name: "a.mp4", externalId: "x" });
    await switches.set(uploadsOf(reservation.creatorId), "Abuse", aStamp());
    await uploads.reserve(reservation, { ...GENEROUS, idempotency: { scopeHash: "s", fingerprint: "f", expiresAt: NOW + DAY_MS } });
    expect(await uploads.find(reservation.id)).toBeNull();
    await switches.remove(uploadsOf(reservation.creatorId), aStamp());
    expect(await uploads.reserve({ ...reservation, id: newId("upl") }, GENEROUS)).toMatchObject({ ok: true });
  });

  test("lists what is off, with the latest reason, and tells the audit log what it was before", async () => {
    const { switches, audit } = make();
    const creatorId = newId("crt");
    await switches.set(uploadsOf(creatorId), "First", aStamp({ actor: "anna" }));
    await switches.set(uploadsOf(creatorId), "Second", aStamp({ actor: "bob" }));
    await switches.set(ALL_UPLOADS, "Third", aStamp());
    expect((await switches.list(null, 9)).map(({ key, reason }) => [key, reason])).toEqual([
      ["uploads", "Third"],
      [uploadsOf(creatorId), "Second"],
    ]);
    expect((await switches.list(ALL_UPLOADS, 9)).map(({ key }) => key)).toEqual([uploadsOf(creatorId)]);
    expect(await switches.get(uploadsOf(creatorId))).toMatchObject({ reason: "Second", setBy: "bob" });
    const { items } = await audit.page({ before: null, actor: "bob", action: "switch.set", resource: uploadsOf(creatorId), limit: 9 });
    expect(items.map(({ before, after }) => [before, after])).toEqual([['{"reason":"First","set_by":"anna"}', '{"reason":"Second"}']]);
  });
}
