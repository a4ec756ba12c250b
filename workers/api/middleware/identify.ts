import { createMiddleware } from "hono/factory";
import type { Clock } from "#domain/clock.ts";
import { parseId } from "#domain/ids.ts";
import type { Log } from "#domain/log.ts";
import type { ApiEnv } from "#api/context.ts";

/** Every request gets an id of ours, or keeps the one that another part of Sluice gave it, and every reply says it. */
export const identify = (clock: Clock, log: Log) =>
  createMiddleware<ApiEnv>(async (c, next) => {
    const id = parseId("req", c.req.header("Request-Id") ?? "") ?? clock.newId("req");
    c.set("requestId", id);
    c.set("log", log.with({ request_id: id }));
    c.set("origin", new URL(c.req.url).origin);
    await next();
    c.header("Request-Id", id);
  });
