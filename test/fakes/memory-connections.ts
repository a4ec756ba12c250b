import type { Connection } from "#domain/connections/connection.ts";
import type { ConnectionDirectory, ConsentRequest, ConsentRequests, OwedRevocation } from "#domain/connections/directory.ts";
import type { CreatorId } from "#domain/ids.ts";
import { err, ok } from "#domain/result.ts";
import { newestFirst } from "./memory-directory.ts";
import { memoryEventLog, type MemoryEventLog } from "./memory-event-log.ts";

type Row = { readonly connection: Connection; readonly grant: string | null; readonly key: string | null; readonly tries: number };

export function memoryConnections(events: MemoryEventLog = memoryEventLog()): ConnectionDirectory {
  const rows = new Map<string, Row>();
  const isLiving = ({ connection }: Row): boolean => connection.status !== "disconnected";
  const living = (creatorId: CreatorId, id: string): Row | null => {
    const row = rows.get(id);
    return row !== undefined && row.connection.creatorId === creatorId && isLiving(row) ? row : null;
  };
  const ofCreator = (creatorId: CreatorId) =>
    [...rows.values()].filter((row) => isLiving(row) && row.connection.creatorId === creatorId).map(({ connection }) => connection);
  const owedRow = ({ id, grant }: OwedRevocation): Row | null => {
    const row = rows.get(id);
    return row !== undefined && !isLiving(row) && row.grant === grant ? row : null;
  };
  const byId = ([a]: readonly [string, Row], [b]: readonly [string, Row]): number => (a < b ? -1 : 1);
  return {
    find: async (creatorId, id) => living(creatorId, id)?.connection ?? null,
    byAccount: async (creatorId, account) => ofCreator(creatorId).find((connection) => connection.account === account) ?? null,
    list: async (creatorId, page) => newestFirst(ofCreator(creatorId), page),
    held: async (creatorId, id) => {
      const row = living(creatorId, id);
      return row === null ? null : { connection: row.connection, grant: row.grant ?? "" };
    },
    put: async (connection, event, grant) => {
      const known = living(connection.creatorId, connection.id);
      const isTaken = ofCreator(connection.creatorId).some(({ id, account }) => account === connection.account && id !== connection.id);
      if (connection.sequence === 1 ? rows.has(connection.id) || isTaken : known?.connection.sequence !== connection.sequence - 1)
        return false;
      const kept = { grant: grant?.text ?? known?.grant ?? null, key: grant?.key ?? known?.key ?? null, tries: 0 };
      rows.set(connection.id, { connection, ...kept });
      await events.append([event]);
      return true;
    },
    rewrapped: async ({ id, creatorId, grant }, to) => {
      const row = living(creatorId, id);
      if (row?.grant === grant) rows.set(id, { ...row, grant: to.text, key: to.key });
    },
    underKey: async (key, after, limit) =>
      [...rows]
        .filter(([id, row]) => isLiving(row) && row.key === key && (after === null || id > after))
        .toSorted(byId)
        .slice(0, limit)
        .map(([, { connection, grant }]) => ({ id: connection.id, creatorId: connection.creatorId, grant: grant ?? "" })),
    toRevoke: async (limit) =>
      [...rows]
        .filter(([, row]) => !isLiving(row) && row.grant !== null)
        .toSorted(byId)
        .toSorted(([, a], [, b]) => a.tries - b.tries)
        .slice(0, limit)
        .map(
          ([
            ,
            {
              connection: { id, creatorId, account },
              grant,
              tries,
            },
          ]) => ({ id, creatorId, account, grant: grant ?? "", tries }),
        ),
    forgetGrant: async (owed) => {
      const row = owedRow(owed);
      if (row !== null) rows.set(owed.id, { ...row, grant: null, key: null });
    },
    stillOwed: async (owed, grant) => {
      const row = owedRow(owed);
      if (row !== null) rows.set(owed.id, { ...row, grant, tries: owed.tries + 1 });
    },
  };
}

type Named = { readonly fingerprint: string; readonly createdAt: number; readonly expiresAt: number };

export function memoryConsents(): ConsentRequests & { readonly rows: Map<string, ConsentRequest> } {
  const rows = new Map<string, ConsentRequest>();
  const names = new Map<string, Named>();
  const found = (creatorId: CreatorId, stateHash: string): ConsentRequest | null => {
    const row = rows.get(stateHash);
    return row?.creatorId === creatorId ? row : null;
  };
  const named = (creatorId: CreatorId, scopeHash: string, now: number): Named | null => {
    const known = names.get(`${creatorId} ${scopeHash}`);
    return known !== undefined && known.expiresAt > now ? known : null;
  };
  return {
    rows,
    known: async (creatorId, { scopeHash, fingerprint }, now) => {
      const known = named(creatorId, scopeHash, now);
      if (known !== null && known.fingerprint !== fingerprint) return err({ code: "idempotency_key_reused" });
      return ok(known === null ? null : { createdAt: known.createdAt, expiresAt: known.expiresAt });
    },
    open: async (request, idempotency) => {
      const { creatorId, createdAt, expiresAt, stateHash } = request;
      if (rows.has(stateHash)) return false;
      if (idempotency !== null) {
        if (named(creatorId, idempotency.scopeHash, createdAt) !== null) return false;
        names.set(`${creatorId} ${idempotency.scopeHash}`, { fingerprint: idempotency.fingerprint, createdAt, expiresAt });
      }
      rows.set(stateHash, request);
      return true;
    },
    claim: async (creatorId, stateHash, browserHash, now) => {
      const row = found(creatorId, stateHash);
      if (row === null || row.expiresAt <= now || (row.browserHash !== null && row.browserHash !== browserHash)) return null;
      const claimed = { ...row, browserHash };
      rows.set(stateHash, claimed);
      return claimed;
    },
    find: async (creatorId, stateHash) => found(creatorId, stateHash),
    take: async (creatorId, stateHash) => {
      const row = found(creatorId, stateHash);
      if (row !== null) rows.delete(stateHash);
      return row;
    },
    forget: async (now, limit) => {
      const over = [...rows.values()].filter(({ expiresAt }) => expiresAt <= now).slice(0, limit);
      for (const { stateHash } of over) rows.delete(stateHash);
      return over.length;
    },
  };
}
