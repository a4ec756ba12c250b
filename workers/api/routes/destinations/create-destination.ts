import { createRoute } from "@hono/zod-openapi";
import { callerOf, publicOrigin, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { jsonOnly } from "#api/middleware/json-body.ts";
import { idIn, json, jsonBody, security } from "#api/schemas.ts";
import {
  destinationDraftSchema,
  destinationResource,
  destinationSchema,
  destinationTag,
  readSettings,
  tagHeader,
} from "./destination-resource.ts";

const failures = declareFailures(
  "invalid_request",
  "invalid_json",
  "unsupported_media_type",
  "unauthorized",
  "forbidden",
  "connection_not_found",
  "connection_unusable",
  "video_refused",
);

const route = createRoute({
  operationId: "createDestination",
  method: "post",
  path: "/v1/destinations",
  tags: ["publishing"],
  summary: "Make a place that assets can go",
  description: "Settings that point to a connected channel. Several may point to one: their deliveries stand in one line.",
  security,
  middleware: [jsonOnly],
  request: { body: jsonBody(destinationDraftSchema) },
  responses: { 201: { ...json("The destination.", destinationSchema), headers: tagHeader }, ...failures.responses },
});

export const createDestination = (api: Api) =>
  api.openapi(route, async (c) => {
    const caller = await callerOf(c, "publishing:write");
    if (!caller.ok) return failures.refuse(c, caller.error);
    const { creatorId } = caller.value;
    const { connections, destinations, clock } = c.var.services;
    const { connection_id: connectionText, name, settings: said = {} } = c.req.valid("json");
    const settings = readSettings(said);
    if (!settings.ok) return failures.refuse(c, settings.error);
    const connectionId = idIn("con", connectionText);
    const connection = connectionId === null ? null : await connections.find(creatorId, connectionId);
    if (connection === null) return failures.refuse(c, { code: "connection_not_found" });
    if (connection.status !== "active") return failures.refuse(c, { code: "connection_unusable", status: connection.status });
    const destination = {
      id: clock.newId("dst"),
      creatorId,
      account: connection.account,
      connectionId: connection.id,
      name: name ?? connection.title,
      settings: settings.value,
      pausedAt: null,
      createdAt: clock.now(),
      sequence: 1,
    };
    await destinations.add(destination);
    c.header("Location", `${publicOrigin(c)}/v1/destinations/${destination.id}`);
    c.header("ETag", destinationTag(destination));
    return c.json(destinationResource(destination), 201);
  });
