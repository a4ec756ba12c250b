import { describe, expect, test } from "vitest";
import type { CreatorDirectory } from "#domain/identity/creators.ts";
import type { KeyDirectory } from "#domain/identity/keys.ts";
import { aCreator, aKey, newId, NOW, aStamp } from "#test/fakes/builders.ts";

/** What the directories of creators and keys do, the fake ones included. */
export function identityContract(make: () => { creators: CreatorDirectory; keys: KeyDirectory }): void {
  describe("creators", () => {
    test("are found by id and by what the application calls them", async () => {
      const { creators } = make();
      const creator = aCreator({ externalId: newId("evt") });
      expect(await creators.add(creator, null)).toBe(true);
      expect(await creators.get(creator.id)).toEqual(creator);
      expect(await creators.byExternalId(creator.externalId ?? "")).toEqual(creator);
      expect(await creators.get(newId("crt"))).toBeNull();
      expect(await creators.byExternalId("nobody")).toBeNull();
    });

    test("share no external id, and any number has none", async () => {
      const { creators } = make();
      const externalId = newId("evt");
      expect(await creators.add(aCreator({ externalId }), null)).toBe(true);
      expect(await creators.add(aCreator({ externalId }), null)).toBe(false);
      expect([await creators.add(aCreator(), null), await creators.add(aCreator(), null)]).toEqual([true, true]);
    });

    test("are listed newest first, page by page", async () => {
      const { creators } = make();
      for (let index = 0; index < 3; index += 1) await creators.add(aCreator(), null);
      const first = await creators.list({ limit: 2, before: null });
      expect([first.items.length, first.hasMore]).toEqual([2, true]);
      const ids = first.items.map(({ id }) => id);
      expect(ids).toEqual(ids.toSorted().toReversed());
      const next = await creators.list({ limit: 1, before: ids[1] ?? null });
      expect(next.items.every(({ id }) => id < (ids[1] ?? ""))).toBe(true);
      expect(next.items).toHaveLength(1);
    });
  });

  describe("keys", () => {
    const added = async (keys: KeyDirectory, creators: CreatorDirectory) => {
      const creator = aCreator();
      await creators.add(creator, null);
      const key = aKey({ creatorId: creator.id });
      await keys.add(key, `hash of ${key.id}`, aStamp());
      return key;
    };

    test("are found by their hash, as they were added", async () => {
      const { keys, creators } = make();
      const key = await added(keys, creators);
      expect(await keys.byHash(`hash of ${key.id}`)).toEqual(key);
      expect(await keys.byHash(key.id)).toBeNull();
    });

    test("are revoked once and by their own creator", async () => {
      const { keys, creators } = make();
      const key = await added(keys, creators);
      expect(await keys.revoke(newId("crt"), key.id, aStamp())).toBeNull();
      expect(await keys.revoke(key.creatorId, newId("key"), aStamp())).toBeNull();
      expect(await keys.revoke(key.creatorId, key.id, aStamp())).toEqual({ ...key, revokedAt: NOW });
      expect(await keys.revoke(key.creatorId, key.id, aStamp({ at: NOW + 1 }))).toEqual({ ...key, revokedAt: NOW });
    });

    test("remember when they were used and are listed with it", async () => {
      const { keys, creators } = make();
      const key = await added(keys, creators);
      await keys.used(key.id, NOW + 5);
      expect(await keys.list(key.creatorId, { limit: 5, before: null })).toEqual({
        items: [{ ...key, lastUsedAt: NOW + 5 }],
        hasMore: false,
      });
      expect(await keys.list(key.creatorId, { limit: 5, before: key.id })).toEqual({ items: [], hasMore: false });
    });
  });
}
