import { createMiddleware } from "hono/factory";
import type { ApiEnv } from "#api/context.ts";
import { drainBody } from "#api/drain.ts";

/** A refusal that left the body unread reads it off before it is answered. */
export const drainRefused = createMiddleware<ApiEnv>(async (c, next) => {
  await next();
  if (c.res.status >= 400) await drainBody(c.req.raw);
});
