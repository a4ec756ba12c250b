import { createMiddleware } from "hono/factory";
import type { ApiEnv } from "#api/context.ts";
import { requireMediaType } from "#api/headers/media-type.ts";
import { problem } from "#api/problem.ts";

/** Refuses a body that does not say that it is JSON; a browser's form can't be mistaken for one. */
export const jsonOnly = createMiddleware<ApiEnv>(async (c, next) => {
  const type = requireMediaType(c.req.header("Content-Type") ?? null, "application/json");
  if (!type.ok) return problem(c, type.error);
  await next();
  return undefined;
});
