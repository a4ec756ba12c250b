import { createMiddleware } from "hono/factory";
import { RATES, RATE_WINDOW } from "#domain/operators/rates.ts";
import { senderOf, type ApiEnv } from "#api/context.ts";
import { problem } from "#api/problem.ts";

const POLICY = Object.entries(RATES.calls)
  .map(([name, quota]) => `"${name}";q=${quota};w=${RATE_WINDOW}`)
  .join(", ");

/** Calls of the API are counted; what carries an upload's bytes is not, and creations are where they happen, in every dialect. */
export const limitCalls = createMiddleware<ApiEnv>(async (c, next) => {
  if (!c.req.path.startsWith("/v1/") || (c.req.method === "POST" && c.req.path === "/v1/uploads")) {
    await next();
    return undefined;
  }
  const exceeded = await c.var.services.rates.exceeded("calls", senderOf(c));
  if (exceeded !== null) return problem(c, exceeded);
  await next();
  c.header("RateLimit-Policy", POLICY);
  return undefined;
});
