import { expect, test } from "vitest";
import { sha256 } from "#adapters/crypto/web-secrets.ts";
import { AUDIT_WINDOW, type AuditEntry, type AuditLog } from "#domain/audit/audit.ts";
import { verify } from "#domain/audit/chain.ts";
import { aStamp, newId } from "#test/fakes/builders.ts";

export const anEntry = (changes: Partial<AuditEntry> = {}): AuditEntry => ({
  ...aStamp(),
  action: "creator.changed",
  resource: newId("crt"),
  before: { name: "A" },
  after: { name: "B", list: [1, null, true], 'quoted "name"': "é\u2028" },
  ...changes,
});

const EVERYTHING = { before: null, actor: null, action: null, resource: null, limit: 100 };

/** What every audit log does, the fake one included. */
export function auditLogContract(make: () => AuditLog): void {
  test("numbers without gaps, and chains", async () => {
    const log = make();
    const records = [await log.append(anEntry()), await log.append(anEntry({ before: null, after: null })), await log.append(anEntry())];
    expect(records.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(new Set(records.map(({ hash }) => hash)).size).toBe(3);
    expect(await log.following(0, 9)).toEqual(records);
    expect(await log.following(1, 1)).toEqual([records[1]]);
    expect(await log.anchored()).toBe(3);
    expect(await verify(log, sha256, 0, 100)).toMatchObject({ last: { number: 3 }, checked: 3, isEnd: true, firstBreak: null });
  });

  test("takes entries that come at once, each once", async () => {
    const log = make();
    await Promise.all(Array.from({ length: 6 }, () => log.append(anEntry())));
    expect((await log.following(0, 99)).map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await verify(log, sha256, 0, 100)).toMatchObject({ checked: 6, firstBreak: null });
  });

  test("lists newest first, page by page, under its filters", async () => {
    const log = make();
    const resource = newId("crt");
    for (const actor of ["anna", "bob", "anna", "bob", "anna"])
      await log.append(anEntry({ actor, resource: actor === "bob" ? resource : newId("crt") }));
    const first = await log.page({ ...EVERYTHING, limit: 2 });
    expect([first.items.map(({ number }) => number), first.before]).toEqual([[5, 4], 4]);
    const rest = await log.page({ ...EVERYTHING, before: first.before });
    expect([rest.items.map(({ number }) => number), rest.before]).toEqual([[3, 2, 1], null]);
    const numbers = async (filter: Partial<typeof EVERYTHING> | object) =>
      (await log.page({ ...EVERYTHING, ...filter })).items.map(({ number }) => number);
    expect(await numbers({ actor: "anna" })).toEqual([5, 3, 1]);
    expect(await numbers({ resource })).toEqual([4, 2]);
    expect(await numbers({ action: "key.revoked" })).toEqual([]);
  });

  test("says that there is nothing yet", async () => {
    const log = make();
    expect(await log.page(EVERYTHING)).toEqual({ items: [], before: null });
    expect(await log.anchored()).toBe(0);
    expect(await verify(log, sha256, 0, 100)).toMatchObject({ last: { number: 0 }, checked: 0, isEnd: true, firstBreak: null });
  });

  test("looks through a bounded number of rows for a page", async () => {
    const log = make();
    await log.append(anEntry({ actor: "anna" }));
    const page = await log.page({ ...EVERYTHING, actor: "anna", before: AUDIT_WINDOW + 2 });
    expect(page).toEqual({ items: [], before: 2 });
    expect((await log.page({ ...EVERYTHING, actor: "anna", before: page.before })).items).toHaveLength(1);
  });
}
