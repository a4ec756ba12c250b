import { createRoute, z } from "@hono/zod-openapi";
import type { AuditStamp } from "#domain/audit/audit.ts";
import { stillOrphans, type Cleaned } from "#domain/operators/storage.ts";
import { operatorOf, operatorStamp, type Api, type ApiContext } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { readMark } from "#api/marks.ts";
import { jsonOnly } from "#api/middleware/json-body.ts";
import { json, jsonBody, operatorSecurity } from "#api/schemas.ts";
import { TICKETS, ticketIn, type Ticket } from "./storage-ticket.ts";

const MOST = 100;

const bodySchema = z
  .strictObject({ tickets: z.array(z.string().max(600)).min(1).max(MOST).openapi({ description: "Of `GET /v1/operator/storage`." }) })
  .openapi("StorageCleaning", { example: { tickets: ["…"] } });

const answerSchema = z
  .object({
    data: z.array(
      z.object({
        ticket: z.string().openapi({ example: "…" }),
        outcome: z.enum(["deleted", "gone", "claimed", "too_young"]).openapi({
          description:
            "`gone`: somebody was faster. `claimed`: an upload or an asset has it after all. `too_young`: it has not been there for a day.",
        }),
      }),
    ),
    deleted: z.int().openapi({ example: 1 }),
    bytes: z.int().openapi({ example: 8388608, description: "That were freed." }),
  })
  .openapi("StorageCleaned");

const failures = declareFailures(
  "invalid_request",
  "invalid_json",
  "unsupported_media_type",
  "invalid_cursor",
  "unauthorized",
  "cross_site",
);

const route = createRoute({
  operationId: "cleanStorage",
  method: "post",
  path: "/v1/operator/storage/clean",
  tags: ["operator"],
  summary: "Delete objects that nobody owns, and assets that have none",
  description:
    "Only what was reported. An object has to have been there for a day and to be an orphan still, an asset's object to be gone still: owners are asked again, and the audit log has it first.",
  security: operatorSecurity,
  middleware: [jsonOnly],
  request: { body: jsonBody(bodySchema) },
  responses: { 200: json("What became of each.", answerSchema), ...failures.responses },
});

/** Assets of these tickets whose object is gone still: they get their tombstone. */
async function deleteMissing(c: ApiContext, tickets: readonly Extract<Ticket, { kind: "missing" }>[], stamp: AuditStamp) {
  const { assets, audit, clock, inventory } = c.var.services;
  const deleted = new Map<string, boolean>();
  for (const { assetId, creatorId } of tickets) {
    const found = await assets.find(creatorId, assetId);
    const isMissing = found.state === "stored" && (await inventory.find(found.asset.objectKey)) === null;
    deleted.set(assetId, isMissing);
    if (!isMissing) continue;
    await audit.append({ ...stamp, action: "storage.cleaned", resource: assetId, before: { missing: found.asset.objectKey }, after: null });
    await assets.delete(creatorId, assetId, { at: clock.now(), requestId: stamp.requestId, eventId: clock.newId("evt") });
  }
  return deleted;
}

/** What these tickets name and is an orphan still: it is erased. */
async function eraseOrphans(c: ApiContext, tickets: readonly Extract<Ticket, { kind: "orphan" }>[], stamp: AuditStamp) {
  const { audit, inventory } = c.var.services;
  const { orphans, kept } = await stillOrphans(c.var.services, tickets, stamp.at);
  if (orphans.length > 0) {
    const objects = orphans.map(({ key, size, reason }) => ({ key, size, reason }));
    await audit.append({ ...stamp, action: "storage.cleaned", resource: "storage", before: objects, after: null });
    await inventory.erase(orphans.map(({ key }) => key));
  }
  return { kept, bytes: orphans.reduce((bytes, { size }) => bytes + size, 0) };
}

export const cleanStorage = (api: Api) =>
  api.openapi(route, async (c) => {
    const operator = await operatorOf(c);
    if (!operator.ok) return failures.refuse(c, operator.error);
    const tickets = new Map<string, Ticket>();
    for (const signed of c.req.valid("json").tickets) {
      const text = await readMark(c, TICKETS, signed);
      if (!text.ok) return failures.refuse(c, text.error);
      const ticket = ticketIn(text.value);
      if (ticket === null) return failures.refuse(c, { code: "invalid_cursor" });
      tickets.set(signed, ticket);
    }
    const stamp = operatorStamp(c, operator.value);
    const named = [...tickets.values()];
    const { kept, bytes } = await eraseOrphans(
      c,
      named.filter((ticket) => ticket.kind === "orphan"),
      stamp,
    );
    const missing = await deleteMissing(
      c,
      named.filter((ticket) => ticket.kind === "missing"),
      stamp,
    );
    const outcomeOf = (ticket: Ticket): Cleaned => {
      if (ticket.kind === "orphan") return kept.get(ticket.key) ?? "deleted";
      return missing.get(ticket.assetId) === true ? "deleted" : "claimed";
    };
    const data = [...tickets].map(([ticket, named]) => ({ ticket, outcome: outcomeOf(named) }));
    return c.json({ data, deleted: data.filter(({ outcome }) => outcome === "deleted").length, bytes }, 200);
  });
