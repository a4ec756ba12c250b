import type { CreatorId } from "#domain/ids.ts";
import { pageOf } from "#domain/page.ts";
import { err, ok } from "#domain/result.ts";
import type { Webhook, WebhookDirectory } from "#domain/webhooks/webhook.ts";

const UNCONFIRMED_MS = 3_600_000;

export function memoryWebhooks(): WebhookDirectory {
  const rows = new Map<string, Webhook & { readonly deletedAt: number | null }>();
  const put = async (webhook: Webhook, deletedAt: number | null): Promise<void> => {
    const known = rows.get(webhook.id);
    if (known === undefined || known.sequence < webhook.sequence) rows.set(webhook.id, { ...webhook, deletedAt });
  };
  const living = (creatorId: CreatorId) => [...rows.values()].filter((row) => row.creatorId === creatorId && row.deletedAt === null);
  const listed = ({ deletedAt: _deletedAt, ...webhook }: Webhook & { readonly deletedAt: number | null }): Webhook => webhook;
  return {
    reserve: async (draft, limit) => {
      for (const { id, sequence, createdAt } of living(draft.creatorId)) {
        if (sequence === 0 && createdAt < draft.createdAt - UNCONFIRMED_MS) rows.delete(id);
      }
      if (living(draft.creatorId).length >= limit) return err({ code: "too_many_webhooks", limit });
      rows.set(draft.id, { ...draft, status: "active", disabledReason: null, sequence: 0, deletedAt: null });
      return ok(true);
    },
    put: (webhook) => put(webhook, null),
    remove: put,
    list: async (creatorId, { limit, before }) =>
      pageOf(
        living(creatorId)
          .filter(({ id, sequence }) => sequence > 0 && (before === null || id < before))
          .toSorted((a, b) => (a.id < b.id ? 1 : -1))
          .map(listed),
        limit,
      ),
    active: async (creatorId) =>
      living(creatorId)
        .filter(({ status, sequence }) => status === "active" && sequence > 0)
        .toSorted((a, b) => (a.id < b.id ? -1 : 1))
        .map(({ id, types }) => ({ id, types })),
  };
}
