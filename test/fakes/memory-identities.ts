import { auditedCreator, type Creator, type CreatorDirectory } from "#domain/identity/creators.ts";
import { auditedKey, type ApiKey, type KeyDirectory } from "#domain/identity/keys.ts";
import { memoryAudit } from "./memory-audit.ts";
import { newestFirst } from "./memory-directory.ts";

export function memoryCreators(audit = memoryAudit()): CreatorDirectory {
  const creators = new Map<string, Creator>();
  const byExternalId = (externalId: string) => [...creators.values()].find((creator) => creator.externalId === externalId) ?? null;
  return {
    add: async (creator, by) => {
      if (creator.externalId !== null && byExternalId(creator.externalId) !== null) return false;
      if (by !== null)
        await audit.append({ ...by, action: "creator.created", resource: creator.id, before: null, after: auditedCreator(creator) });
      creators.set(creator.id, creator);
      return true;
    },
    change: async (id, changes, by) => {
      const known = creators.get(id);
      if (known === undefined) return null;
      const creator = { ...known, ...changes };
      await audit.append({
        ...by,
        action: "creator.changed",
        resource: id,
        before: auditedCreator(known),
        after: auditedCreator(creator),
      });
      creators.set(id, creator);
      return creator;
    },
    get: async (id) => creators.get(id) ?? null,
    byExternalId: async (externalId) => byExternalId(externalId),
    list: async (page) => newestFirst(creators.values(), page),
  };
}

export function memoryKeys(audit = memoryAudit()): KeyDirectory {
  const keys = new Map<string, { key: ApiKey; hash: string }>();
  const change = (id: string, changes: Partial<ApiKey>): ApiKey | null => {
    const known = keys.get(id);
    if (known === undefined) return null;
    const key = { ...known.key, ...changes };
    keys.set(id, { ...known, key });
    return key;
  };
  return {
    add: async (key, hash, by) => {
      await audit.append({ ...by, action: "key.created", resource: key.id, before: null, after: auditedKey(key) });
      keys.set(key.id, { key, hash });
    },
    byHash: async (hash) => [...keys.values()].find((entry) => entry.hash === hash)?.key ?? null,
    list: async (creatorId, page) =>
      newestFirst(
        [...keys.values()].map(({ key }) => key).filter((key) => key.creatorId === creatorId),
        page,
      ),
    revoke: async (creatorId, id, by) => {
      const known = keys.get(id)?.key;
      if (known === undefined || known.creatorId !== creatorId) return null;
      if (known.revokedAt !== null) return known;
      const revoked = change(id, { revokedAt: by.at });
      if (revoked !== null)
        await audit.append({ ...by, action: "key.revoked", resource: id, before: auditedKey(known), after: auditedKey(revoked) });
      return revoked;
    },
    used: async (id, at) => {
      change(id, { lastUsedAt: at });
    },
  };
}
