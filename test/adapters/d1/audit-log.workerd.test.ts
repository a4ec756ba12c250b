import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { audited, d1AuditLog, type Planned } from "#adapters/d1/audit-log.ts";
import { d1CreatorDirectory } from "#adapters/d1/creator-directory.ts";
import { d1Directory } from "#adapters/d1/database.ts";
import { d1KeyDirectory } from "#adapters/d1/key-directory.ts";
import { anEntry } from "#test/contracts/audit-log.ts";
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

test("who is overtaken looks again, later each time, and gives up after twelve times with nothing done", async () => {
  const creator = aCreator();
  const waits: number[] = [];
  const spread = [0, 1, 0.5];
  let overtaken = 0;
  const orders = { until: 3 };
  const plan = async (): Promise<Planned<string>> => {
    if (overtaken < orders.until) await log.append(anEntry());
    overtaken += 1;
    return { entry: anEntry({ resource: creator.id }), effects: [], value: `seen ${overtaken}` };
  };
  const turns = { wait: async (ms: number) => void waits.push(ms), chance: () => spread[(overtaken - 1) % 3] ?? 0 };
  const done = await audited(directory.registry, plan, turns);
  expect([done.value, waits]).toEqual(["seen 4", [10, 60, 60]]);
  expect((await log.page({ ...NEWEST, resource: creator.id })).items).toHaveLength(1);

  [overtaken, orders.until, waits.length] = [0, Number.POSITIVE_INFINITY, 0];
  await expect(audited(directory.registry, plan, turns)).rejects.toMatchObject({
    message: expect.stringContaining("busy"),
    retryable: true,
  });
  expect([overtaken, waits.length]).toEqual([12, 11]);
  expect((await log.page({ ...NEWEST, resource: creator.id })).items).toHaveLength(1);
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
