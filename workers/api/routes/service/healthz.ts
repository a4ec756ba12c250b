import { createRoute, z } from "@hono/zod-openapi";
import type { Api } from "#api/context.ts";
import { json } from "#api/schemas.ts";

const route = createRoute({
  operationId: "healthz",
  method: "get",
  path: "/healthz",
  tags: ["service"],
  summary: "Is the Worker running?",
  responses: { 200: json("It is.", z.object({ status: z.literal("ok").openapi({ example: "ok" }) })) },
});

export const healthz = (api: Api) => api.openapi(route, (c) => c.json({ status: "ok" } as const, 200));
