import { createMiddleware } from "hono/factory";
import { matchedRoutes } from "hono/route";
import type { Clock } from "#domain/clock.ts";
import type { ApiContext, ApiEnv } from "#api/context.ts";

const MIDDLEWARE = "/*";

const routeOf = (c: ApiContext): string => matchedRoutes(c).find(({ path }) => path !== MIDDLEWARE)?.path ?? MIDDLEWARE;

/** One line per request, under the route's pattern: the path itself may hold a handle. */
export const accessLog = (clock: Clock) =>
  createMiddleware<ApiEnv>(async (c, next) => {
    const started = clock.now();
    await next();
    const code = c.get("failureCode");
    c.var.log.info("request", {
      method: c.req.method,
      route: routeOf(c),
      status: c.res.status,
      duration_ms: clock.now() - started,
      ...(code === undefined ? {} : { code }),
    });
  });
