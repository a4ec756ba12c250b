import { and, asc, desc, eq, gt, gte, isNotNull, lt, sql } from "drizzle-orm";
import type { Connection } from "#domain/connections/connection.ts";
import type { ConnectionDirectory, OwedRevocation } from "#domain/connections/directory.ts";
import type { SluiceEvent } from "#domain/events/event.ts";
import type { Directory } from "#domain/identity/directory.ts";
import { pageOf } from "#domain/page.ts";
import { connectionRow, grantRow, heldGrantRow, owedRevocationRow } from "./connection-rows.ts";
import type { Database } from "./database.ts";
import { connections, events } from "./schema.ts";

/** In the place of the key of a grant that is owed: behind every key's id, and in the order of tries. */
const OWED = "~";
const owedAfter = (tries: number): string => `${OWED}${String(tries).padStart(2, "0")}`;

/** A literal: SQLite does not take a bound value for the condition of a partial index. */
const living = sql`${connections.status} <> 'disconnected'`;

/** Goes after the change that it tells of, and tells nothing when there was none; told again it changes nothing. */
const tellOf = (database: Database, { id: eventId, creatorId, type, resource, sequence, happenedAt, requestId, data }: SluiceEvent) =>
  database
    .insert(events)
    .select(
      database
        .select({
          position: sql`null`.as("position"),
          id: sql`${eventId}`.as("event_id"),
          creatorId: connections.creatorId,
          type: sql`${type}`.as("type"),
          resource: connections.id,
          sequence: connections.sequence,
          happenedAt: sql`${happenedAt}`.as("happened_at"),
          requestId: sql`${requestId}`.as("request_id"),
          data: sql`${JSON.stringify(data)}`.as("data"),
        })
        .from(connections)
        .where(and(sql`${connections.id} = ${resource}`, eq(connections.creatorId, creatorId), eq(connections.sequence, sequence))),
    )
    .onConflictDoNothing({ target: [events.resource, events.sequence] });

const mine = ({ id, creatorId }: Pick<Connection, "id" | "creatorId">) => and(eq(connections.id, id), eq(connections.creatorId, creatorId));

const owed = (row: OwedRevocation) => and(mine(row), eq(connections.status, "disconnected"), eq(connections.grant, row.grant));

export function d1ConnectionDirectory(directory: Directory<Database>): ConnectionDirectory {
  return {
    find: async (creatorId, id) => {
      const row = await directory
        .of(creatorId)
        .select()
        .from(connections)
        .where(and(mine({ id, creatorId }), living))
        .get();
      return row === undefined ? null : connectionRow.parse(row);
    },

    byAccount: async (creatorId, account) => {
      const row = await directory
        .of(creatorId)
        .select()
        .from(connections)
        .where(and(eq(connections.creatorId, creatorId), eq(connections.account, account), living))
        .get();
      return row === undefined ? null : connectionRow.parse(row);
    },

    list: async (creatorId, { limit, before }) => {
      const rows = await directory
        .of(creatorId)
        .select()
        .from(connections)
        .where(and(eq(connections.creatorId, creatorId), living, before === null ? undefined : lt(connections.id, before)))
        .orderBy(desc(connections.id))
        .limit(limit + 1);
      return pageOf(
        rows.map((row) => connectionRow.parse(row)),
        limit,
      );
    },

    held: async (creatorId, id) => {
      const row = await directory
        .of(creatorId)
        .select()
        .from(connections)
        .where(and(mine({ id, creatorId }), living))
        .get();
      return row === undefined ? null : { connection: connectionRow.parse(row), grant: heldGrantRow.parse(row).grant };
    },

    put: async (connection, event, grant) => {
      const database = directory.of(connection.creatorId);
      const { id, creatorId, account, ...changing } = connection;
      const values = { ...changing, scopes: [...connection.scopes], ...(grant === null ? {} : { grant: grant.text, grantKey: grant.key }) };
      const owes = connection.status === "disconnected" ? { grantKey: owedAfter(0) } : {};
      const change =
        connection.sequence === 1
          ? database
              .insert(connections)
              .values({ id, creatorId, account, ...values })
              .onConflictDoNothing()
              .returning({ id: connections.id })
          : database
              .update(connections)
              .set({ ...values, ...owes })
              .where(and(mine(connection), living, eq(connections.sequence, connection.sequence - 1)))
              .returning({ id: connections.id });
      const [changed] = await database.batch([change, tellOf(database, event)]);
      return changed.length === 1;
    },

    rewrapped: async (row, to) => {
      await directory
        .of(row.creatorId)
        .update(connections)
        .set({ grant: to.text, grantKey: to.key })
        .where(and(mine(row), living, eq(connections.grant, row.grant)));
    },

    underKey: async (key, after, limit) => {
      const found = [];
      for (const database of directory.all) {
        if (found.length >= limit) break;
        const rows = await database
          .select({ id: connections.id, creatorId: connections.creatorId, grant: connections.grant })
          .from(connections)
          .where(and(eq(connections.grantKey, key), isNotNull(connections.grant), after === null ? undefined : gt(connections.id, after)))
          .orderBy(asc(connections.id))
          .limit(limit - found.length);
        found.push(...rows.map((row) => grantRow.parse(row)));
      }
      return found;
    },

    toRevoke: async (limit) => {
      const found = [];
      for (const database of directory.all) {
        if (found.length >= limit) break;
        const rows = await database
          .select()
          .from(connections)
          .where(and(gte(connections.grantKey, OWED), isNotNull(connections.grant)))
          .orderBy(asc(connections.grantKey), asc(connections.id))
          .limit(limit - found.length);
        found.push(
          ...rows.map((row) => {
            const { grantKey, ...parsed } = owedRevocationRow.parse(row);
            return { ...parsed, tries: Number(grantKey.slice(OWED.length)) };
          }),
        );
      }
      return found;
    },

    forgetGrant: async (row) => {
      await directory.of(row.creatorId).update(connections).set({ grant: null, grantKey: null }).where(owed(row));
    },

    stillOwed: async (row, grant) => {
      await directory
        .of(row.creatorId)
        .update(connections)
        .set({ grant, grantKey: owedAfter(row.tries + 1) })
        .where(owed(row));
    },
  };
}
