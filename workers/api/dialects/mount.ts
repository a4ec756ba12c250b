import type { Api, ApiContext } from "#api/context.ts";
import { publicOrigin, requestContext } from "#api/context.ts";
import { drainBody } from "#api/drain.ts";
import { problem } from "#api/problem.ts";
import type { Exchange } from "./exchange.ts";
import { mountRoutes } from "./mount-routes.ts";

const exchangeOf = (c: ApiContext): Exchange => ({
  request: c.req.raw,
  url: new URL(c.req.url),
  origin: publicOrigin(c),
  intake: c.var.services.intake,
  context: requestContext(c),
  drain: () => drainBody(c.req.raw),
  problem: (failure, registered) => problem(c, failure, undefined, registered),
  now: () => c.var.services.clock.now(),
});

/** Every dialect of upload, on the app of the API. */
export const mountDialects = (app: Api): void => mountRoutes(app, exchangeOf);
