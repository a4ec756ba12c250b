import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { d1AuditLog } from "#adapters/d1/audit-log.ts";
import { d1CreatorDirectory } from "#adapters/d1/creator-directory.ts";
import { d1Directory } from "#adapters/d1/database.ts";
import { d1KeyDirectory } from "#adapters/d1/key-directory.ts";
import { aCreator, aKey, aStamp, newId } from "#test/fakes/builders.ts";

const directory = d1Directory(env.DIRECTORY);
const log = d1AuditLog(directory);
const creators = d1CreatorDirectory(directory);
const keys = d1KeyDirectory(directory);
const NEWEST = { before: null, actor: null, action: null, resource: null, limit: 100 } as const;

test("takes no change of a row that is written, and no deletion", async () => {
  const creator = aCreator();
  await creators.add(creator, aStamp());
  for (const statement of ["update audit_log set actor = 'eve'", "delete from audit_log", "delete from audit_log where number = 1"]) {
    await expect(env.DIRECTORY.prepare(statement).run()).rejects.toThrow("the audit log is append-only");
  }
  const { items } = await log.page({ ...NEWEST, resource: creator.id });
  expect(items).toMatchObject([{ action: "creator.created" }]);
});

test("an effect and its row are there together, and neither without the other", async () => {
  const creator = aCreator({ externalId: "news" });
  expect(await creators.add(creator, aStamp())).toBe(true);
  expect(await creators.add(aCreator({ externalId: "news" }), aStamp())).toBe(false);
  const key = aKey({ creatorId: creator.id });
  await keys.add(key, "hash of the first key", aStamp());
  await expect(keys.add(aKey({ creatorId: newId("crt") }), "hash of the second key", aStamp())).rejects.toThrow();
  expect(await keys.byHash("hash of the second key")).toBeNull();
  await keys.revoke(creator.id, key.id, aStamp());
  await keys.revoke(creator.id, key.id, aStamp());
  await keys.revoke(creator.id, newId("key"), aStamp());
  const rows = (await log.page(NEWEST)).items.slice(0, 3).toReversed();
  expect(rows.map(({ action, resource }) => [action, resource])).toEqual([
    ["creator.created", creator.id],
    ["key.created", key.id],
    ["key.revoked", key.id],
  ]);
  expect(JSON.stringify(rows)).not.toContain("hash of");
});

test("what each change of a creator says it was before is what the one before made of it, however many come at once", async () => {
  const creator = aCreator();
  await creators.add(creator, aStamp());
  await Promise.all(Array.from({ length: 5 }, (_, index) => creators.change(creator.id, { keepMs: (index + 1) * 1000 }, aStamp())));
  const changes = (await log.page({ ...NEWEST, resource: creator.id, action: "creator.changed" })).items.toReversed();
  expect(changes).toHaveLength(5);
  const told = (text: string | null | undefined) => JSON.parse(text ?? "null") as { keep_ms: number | null };
  expect(told(changes[0]?.before).keep_ms).toBeNull();
  for (const [index, change] of changes.entries()) {
    if (index > 0) expect(change.before).toBe(changes[index - 1]?.after);
  }
  expect((await creators.get(creator.id))?.keepMs).toBe(told(changes.at(-1)?.after).keep_ms);
});
