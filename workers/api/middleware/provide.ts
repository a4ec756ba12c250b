import { createMiddleware } from "hono/factory";
import type { ApiEnv, ApiServices } from "#api/context.ts";
import { problem } from "#api/problem.ts";

/** The ports of this request; without a configuration there are none, and nothing that needs them is answered. */
export const provide = (servicesOf: (env: object) => ApiServices) =>
  createMiddleware<ApiEnv>(async (c, next) => {
    const services = configured(servicesOf, c.env);
    if ("cause" in services) {
      c.var.log.error("not configured", { cause: services.cause });
      return problem(c, { code: "service_unavailable", detail: "Sluice is not configured." });
    }
    c.set("services", services);
    c.set("origin", services.publicOrigin ?? c.var.origin);
    await next();
    return undefined;
  });

function configured(servicesOf: (env: object) => ApiServices, env: object): ApiServices | { readonly cause: unknown } {
  try {
    return servicesOf(env);
  } catch (cause) {
    return { cause };
  }
}
