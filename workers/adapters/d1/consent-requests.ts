import { and, eq, gt, isNull, lte, or, sql } from "drizzle-orm";
import type { ConsentRequests } from "#domain/connections/directory.ts";
import type { Directory } from "#domain/identity/directory.ts";
import { err, ok } from "#domain/result.ts";
import { lastOfBatch } from "./batch.ts";
import { consentRequestRow, namedConsentRow } from "./connection-rows.ts";
import type { Database } from "./database.ts";
import { placedRow } from "./rows.ts";
import { consentRequests, idempotencyKeys } from "./schema.ts";

const one = (row: unknown) => (row === undefined ? null : consentRequestRow.parse(row));

export function d1ConsentRequests(directory: Directory<Database>): ConsentRequests {
  return {
    known: async (creatorId, { scopeHash, fingerprint }, now) => {
      const row = await directory
        .of(creatorId)
        .select()
        .from(idempotencyKeys)
        .where(and(eq(idempotencyKeys.creatorId, creatorId), eq(idempotencyKeys.scopeHash, scopeHash), gt(idempotencyKeys.expiresAt, now)))
        .get();
      if (row === undefined) return ok(null);
      const { createdAt, expiresAt, ...named } = namedConsentRow.parse(row);
      return named.fingerprint === fingerprint ? ok({ createdAt, expiresAt }) : err({ code: "idempotency_key_reused" });
    },

    /** One transaction: 1. the name, if nobody has it, 2. the request, if the name is its own, 3. whether it is in is read back. */
    open: async (request, idempotency) => {
      const { stateHash, creatorId, kind, connectionId, verifier, returnTo, createdAt, expiresAt } = request;
      const scopeHash = idempotency?.scopeHash ?? null;
      const isMine = sql`exists (select 1 from idempotency_keys where creator_id = ${creatorId} and scope_hash = ${scopeHash} and resource_id = ${stateHash})`;
      const rows = await lastOfBatch(directory.of(creatorId), [
        sql`insert or replace into idempotency_keys (creator_id, scope_hash, fingerprint, resource_id, created_at, expires_at)
              select ${creatorId}, ${scopeHash}, ${idempotency?.fingerprint ?? null}, ${stateHash}, ${createdAt}, ${expiresAt}
              where ${scopeHash} is not null
                and not exists (select 1 from idempotency_keys where creator_id = ${creatorId} and scope_hash = ${scopeHash} and expires_at > ${createdAt})`,
        sql`insert into consent_requests (state_hash, creator_id, kind, connection_id, verifier, scopes, return_to, created_at, expires_at)
              select ${stateHash}, ${creatorId}, ${kind}, ${connectionId}, ${verifier}, ${JSON.stringify(request.scopes)}, ${returnTo}, ${createdAt}, ${expiresAt}
              where ${scopeHash} is null or ${isMine}
              on conflict do nothing`,
        sql`select exists (select 1 from consent_requests where state_hash = ${stateHash} and verifier = ${verifier}) as placed`,
      ]);
      return placedRow.parse(rows[0]).placed === 1;
    },

    claim: async (creatorId, stateHash, browserHash, now) => {
      const [row] = await directory
        .of(creatorId)
        .update(consentRequests)
        .set({ browserHash })
        .where(
          and(
            eq(consentRequests.stateHash, stateHash),
            eq(consentRequests.creatorId, creatorId),
            gt(consentRequests.expiresAt, now),
            or(isNull(consentRequests.browserHash), eq(consentRequests.browserHash, browserHash)),
          ),
        )
        .returning();
      return one(row);
    },

    find: async (creatorId, stateHash) =>
      one(
        await directory
          .of(creatorId)
          .select()
          .from(consentRequests)
          .where(and(eq(consentRequests.stateHash, stateHash), eq(consentRequests.creatorId, creatorId)))
          .get(),
      ),

    take: async (creatorId, stateHash) => {
      const [row] = await directory
        .of(creatorId)
        .delete(consentRequests)
        .where(and(eq(consentRequests.stateHash, stateHash), eq(consentRequests.creatorId, creatorId)))
        .returning();
      return one(row);
    },

    forget: async (now, limit) => {
      let forgotten = 0;
      for (const database of directory.all) {
        const over = database
          .select({ stateHash: consentRequests.stateHash })
          .from(consentRequests)
          .where(lte(consentRequests.expiresAt, now))
          .limit(limit - forgotten);
        const gone = await database
          .delete(consentRequests)
          .where(sql`${consentRequests.stateHash} in ${over}`)
          .returning({ stateHash: consentRequests.stateHash });
        forgotten += gone.length;
      }
      return forgotten;
    },
  };
}
