import { createRoute } from "@hono/zod-openapi";
import type { Destination } from "#domain/publishing/destination.ts";
import type { Api, ApiContext } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { idParams, json, security } from "#api/schemas.ts";
import { destinationResource, destinationSchema } from "./destination-resource.ts";
import { findDestination } from "./find-destination.ts";

const failures = declareFailures("unauthorized", "forbidden", "destination_not_found", "precondition_failed");

const routeOf = <Verb extends "pause" | "resume">(verb: Verb, summary: string, description: string) =>
  createRoute({
    operationId: `${verb}Destination`,
    method: "post",
    path: `/v1/destinations/{id}/${verb}`,
    tags: ["publishing"],
    summary,
    description,
    security,
    request: { params: idParams("dst") },
    responses: { 200: json("The destination as it is now.", destinationSchema), ...failures.responses },
  });

const pauseRoute = routeOf("pause", "Pause a destination", "Nothing begins to go there; what is on its way goes on.");
const resumeRoute = routeOf("resume", "Resume a destination", "What waits goes on from its place in the line.");

/** The line knows first: what it holds is what happens, and the directory's row only tells of it. */
async function setPaused(c: ApiContext, destination: Destination, pausedAt: number | null): Promise<Destination | null> {
  const { destinations, publishers } = c.var.services;
  const publisher = publishers.get(destination.account);
  await (pausedAt === null ? publisher.resume(destination.id) : publisher.pause(destination.id));
  if ((destination.pausedAt === null) === (pausedAt === null)) return destination;
  const changed = { ...destination, pausedAt, sequence: destination.sequence + 1 };
  return (await destinations.change(changed, destination.sequence)) ? changed : null;
}

const CHANGED = { code: "precondition_failed", detail: "The destination has been changed since: do it again." } as const;

export const pauseDestination = (api: Api) =>
  api.openapi(pauseRoute, async (c) => {
    const found = await findDestination(c, "publishing:write", c.req.valid("param").id);
    if (!found.ok) return failures.refuse(c, found.error);
    const paused = await setPaused(c, found.value, c.var.services.clock.now());
    return paused === null ? failures.refuse(c, CHANGED) : c.json(destinationResource(paused), 200);
  });

export const resumeDestination = (api: Api) =>
  api.openapi(resumeRoute, async (c) => {
    const found = await findDestination(c, "publishing:write", c.req.valid("param").id);
    if (!found.ok) return failures.refuse(c, found.error);
    const resumed = await setPaused(c, found.value, null);
    return resumed === null ? failures.refuse(c, CHANGED) : c.json(destinationResource(resumed), 200);
  });
