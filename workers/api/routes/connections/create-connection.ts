import { createRoute, z } from "@hono/zod-openapi";
import { callerOf, publicOrigin, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { optionalField } from "#api/headers/field.ts";
import { parseIdempotencyKey } from "#api/headers/idempotency-key.ts";
import { jsonOnly } from "#api/middleware/json-body.ts";
import { exampleId, idIn, json, jsonBody, security, timeSchema } from "#api/schemas.ts";
import { capabilitiesSchema } from "./connection-resource.ts";
import { CONSENT_START } from "./consent-pages.ts";
import { checkReturn } from "./check-return.ts";

const bodySchema = z
  .strictObject({
    kind: z.literal("youtube"),
    capabilities: capabilitiesSchema.min(1).optional().openapi({ description: "Left out: `publish`, or what the renewed connection has." }),
    connection_id: z
      .string()
      .optional()
      .openapi({ example: exampleId("con"), description: "Connect this one again: no other channel is taken." }),
    return_to: z.string().min(1).max(2048).optional().openapi({
      example: "https://app.example/channels",
      description:
        "Where the person goes in the end, with `connection` or `connection_error` in the query: our origin, or one that the operator has named. Left out: a page of ours.",
    }),
  })
  .openapi("ConnectionDraft", { example: { kind: "youtube", return_to: "https://app.example/channels" } });

const begunSchema = z
  .object({
    connect_url: z.url().openapi({
      example: `https://sluice.example${CONSENT_START}?ticket=crt_01k0fzq1y9m3s8v7c2d5e6r4ta.Jk3mX0aRrVQxq0mUo3nSg1u4bB7yZc9dLw2eHf5tPiA`,
      description: "To be opened in the browser of whoever owns the channel. It belongs to the first browser that opens it.",
    }),
    expires_at: timeSchema,
  })
  .openapi("BegunConnection");

const failures = declareFailures(
  "invalid_request",
  "invalid_json",
  "invalid_header",
  "unsupported_media_type",
  "unauthorized",
  "forbidden",
  "youtube_not_configured",
  "connection_not_found",
  "return_to_refused",
  "idempotency_key_reused",
);

const route = createRoute({
  operationId: "createConnection",
  method: "post",
  path: "/v1/connections",
  tags: ["connections"],
  summary: "Connect a channel",
  description:
    "Answers with an address for the person who owns the channel; there is a connection once they have consented. A channel that is connected already is renewed.",
  security,
  middleware: [jsonOnly],
  request: {
    headers: z.object({ "idempotency-key": z.string().optional().openapi({ example: "8f14e45f-ceea-467f-a0b6-2d4f9c1b7a10" }) }),
    body: jsonBody(bodySchema),
  },
  responses: {
    201: {
      ...json("Where to send the person.", begunSchema),
      headers: z.object({
        "Idempotent-Replayed": z.string().optional().openapi({ description: "`true` when this key was used for this request before." }),
      }),
    },
    ...failures.responses,
  },
});

export const createConnection = (api: Api) =>
  api.openapi(route, async (c) => {
    const caller = await callerOf(c, "publishing:write");
    if (!caller.ok) return failures.refuse(c, caller.error);
    const key = optionalField(c.req.raw.headers, "Idempotency-Key", parseIdempotencyKey);
    if (!key.ok) return failures.refuse(c, key.error);
    const body = c.req.valid("json");
    const connectionId = body.connection_id === undefined ? null : idIn("con", body.connection_id);
    if (connectionId === null && body.connection_id !== undefined) return failures.refuse(c, { code: "connection_not_found" });
    const returnTo = checkReturn(c, body.return_to ?? null);
    if (!returnTo.ok) return failures.refuse(c, returnTo.error);
    const { connecting, secrets } = c.var.services;
    const draft = { capabilities: body.capabilities ?? null, connectionId, returnTo: returnTo.value };
    const idempotency = key.value === null ? null : { key: key.value, fingerprint: await secrets.sha256(JSON.stringify(body)) };
    const begun = await connecting.begin(caller.value.creatorId, draft, idempotency);
    if (!begun.ok) return failures.refuse(c, begun.error);
    const { ticket, expiresAt, replayed } = begun.value;
    c.header("Cache-Control", "no-store");
    if (replayed) c.header("Idempotent-Replayed", "true");
    const connectUrl = `${publicOrigin(c)}${CONSENT_START}?ticket=${ticket}`;
    return c.json({ connect_url: connectUrl, expires_at: new Date(expiresAt).toISOString() }, 201);
  });
