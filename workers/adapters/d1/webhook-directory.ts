import { and, asc, desc, eq, gt, isNull, lt, sql } from "drizzle-orm";
import type { Directory } from "#domain/identity/directory.ts";
import { pageOf } from "#domain/page.ts";
import { err, ok } from "#domain/result.ts";
import type { Webhook, WebhookDirectory } from "#domain/webhooks/webhook.ts";
import { lastOfBatch } from "./batch.ts";
import type { Database } from "./database.ts";
import { placedRow, wantingRow, webhookRow } from "./rows.ts";
import { webhooks } from "./schema.ts";

/** A place that no endpoint has confirmed for as long was left by a Worker that died. */
const UNCONFIRMED_MS = 3600_000;

export function d1WebhookDirectory(directory: Directory<Database>): WebhookDirectory {
  const put = async (webhook: Webhook, deletedAt: number | null): Promise<void> => {
    const { id, creatorId, createdAt, ...changing } = webhook;
    const values = { ...changing, types: [...webhook.types], deletedAt };
    await directory
      .of(creatorId)
      .insert(webhooks)
      .values({ id, creatorId, createdAt, ...values })
      .onConflictDoUpdate({ target: webhooks.id, set: values, setWhere: sql`${webhooks.sequence} < excluded.sequence` });
  };
  return {
    /** One transaction: 1. abandoned places are freed, 2. the row goes in if there is room, 3. whether it did is read back. */
    reserve: async ({ id, creatorId, url, description, types, createdAt }, limit) => {
      const taken = sql`(select count(*) from webhooks where creator_id = ${creatorId} and deleted_at is null and id <> ${id})`;
      const rows = await lastOfBatch(directory.of(creatorId), [
        sql`delete from webhooks where creator_id = ${creatorId} and deleted_at is null and sequence = 0 and created_at < ${createdAt - UNCONFIRMED_MS}`,
        sql`insert into webhooks (id, creator_id, url, description, types, status, created_at, sequence)
              select ${id}, ${creatorId}, ${url}, ${description}, ${JSON.stringify(types)}, 'active', ${createdAt}, 0 where ${taken} < ${limit}`,
        sql`select exists (select 1 from webhooks where id = ${id}) as placed`,
      ]);
      return placedRow.parse(rows[0]).placed === 1 ? ok(true) : err({ code: "too_many_webhooks", limit });
    },
    put: (webhook) => put(webhook, null),
    remove: put,
    list: async (creatorId, { limit, before }) => {
      const rows = await directory
        .of(creatorId)
        .select()
        .from(webhooks)
        .where(
          and(
            eq(webhooks.creatorId, creatorId),
            isNull(webhooks.deletedAt),
            gt(webhooks.sequence, 0),
            before === null ? undefined : lt(webhooks.id, before),
          ),
        )
        .orderBy(desc(webhooks.id))
        .limit(limit + 1);
      return pageOf(
        rows.map((row) => webhookRow.parse(row)),
        limit,
      );
    },
    active: async (creatorId) => {
      const rows = await directory
        .of(creatorId)
        .select({ id: webhooks.id, types: webhooks.types })
        .from(webhooks)
        .where(and(eq(webhooks.creatorId, creatorId), isNull(webhooks.deletedAt), gt(webhooks.sequence, 0), eq(webhooks.status, "active")))
        .orderBy(asc(webhooks.id));
      return rows.map((row) => wantingRow.parse(row));
    },
  };
}
