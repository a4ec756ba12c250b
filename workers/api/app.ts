import { OpenAPIHono } from "@hono/zod-openapi";
import { HTTPException } from "hono/http-exception";
import type { Clock } from "#domain/clock.ts";
import type { Log } from "#domain/log.ts";
import type { Api, ApiEnv, ApiServices } from "./context.ts";
import { mountDialects } from "./dialects/mount.ts";
import { invalidRequest } from "./invalid-request.ts";
import { methodsAt } from "./methods-at.ts";
import { accessLog } from "./middleware/access-log.ts";
import { cors } from "./middleware/cors.ts";
import { drainRefused } from "./middleware/drain-refused.ts";
import { identify } from "./middleware/identify.ts";
import { limitCalls } from "./middleware/limit-calls.ts";
import { provide } from "./middleware/provide.ts";
import { securityHeaders } from "./middleware/security-headers.ts";
import { problem } from "./problem.ts";
import { mountRoutes, mountUnconditional } from "./routes/mount.ts";

export type AppPorts = {
  readonly services: (env: object) => ApiServices;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether what was thrown will pass by itself. */
  readonly isOutage: (cause: unknown) => boolean;
};

/** The only place that builds the app. */
export function newApp({ services, clock, log, isOutage }: AppPorts): Api {
  const app: Api = new OpenAPIHono<ApiEnv>({ defaultHook: invalidRequest });
  app.use(identify(clock, log), accessLog(clock), securityHeaders, drainRefused);
  mountUnconditional(app);

  app.use(provide(services), cors, limitCalls);
  mountRoutes(app);
  mountDialects(app);

  app.notFound((c) => {
    const allow = methodsAt(app, c.req.path);
    return problem(c, allow.length === 0 ? { code: "not_found" } : { code: "method_not_allowed", allow });
  });
  app.onError((cause, c) => {
    // The only one that is thrown on purpose, by the reader of JSON bodies.
    if (cause instanceof HTTPException && cause.status === 400)
      return problem(c, { code: "invalid_json", detail: "The body is not JSON." });
    c.var.log.error("request failed", { method: c.req.method, cause });
    return problem(
      c,
      isOutage(cause) ? { code: "service_unavailable", detail: "Something this depends on is away; try again." } : { code: "internal" },
    );
  });
  return app;
}
