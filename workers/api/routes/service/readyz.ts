import { createRoute, z } from "@hono/zod-openapi";
import type { Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { json } from "#api/schemas.ts";

const failures = declareFailures("service_unavailable");

const route = createRoute({
  operationId: "readyz",
  method: "get",
  path: "/readyz",
  tags: ["service"],
  summary: "Can it work?",
  description: "Whether it is configured, and whether the directory and the storage answer.",
  responses: { 200: json("It can.", z.object({ status: z.literal("ready").openapi({ example: "ready" }) })), ...failures.responses },
});

export const readyz = (api: Api) =>
  api.openapi(route, async (c) => {
    const silent = Object.entries(await c.var.services.probe()).flatMap(([name, answers]) => (answers ? [] : [name]));
    if (silent.length === 0) return c.json({ status: "ready" } as const, 200);
    return failures.refuse(c, { code: "service_unavailable", detail: `No answer from: ${silent.join(", ")}.` });
  });
