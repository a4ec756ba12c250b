import { createRoute } from "@hono/zod-openapi";
import { callerOf, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { idIn, idParams, security } from "#api/schemas.ts";

const failures = declareFailures(
  "unauthorized",
  "forbidden",
  "upload_not_found",
  "upload_gone",
  "upload_failed",
  "upload_completed",
  "upload_in_progress",
);

const route = createRoute({
  operationId: "cancelUpload",
  method: "delete",
  path: "/v1/uploads/{id}",
  tags: ["uploads"],
  summary: "Cancel an upload",
  description: "What is stored of it is erased. A completed upload can't be cancelled: delete its asset.",
  security,
  request: { params: idParams("upl") },
  responses: { 204: { description: "Cancelled." }, ...failures.responses },
});

export const cancelUpload = (api: Api) =>
  api.openapi(route, async (c) => {
    const caller = await callerOf(c, "uploads:write");
    if (!caller.ok) return failures.refuse(c, caller.error);
    const id = idIn("upl", c.req.valid("param").id);
    if (id === null) return failures.refuse(c, { code: "upload_not_found" });
    const access = { by: "creator", creatorId: caller.value.creatorId } as const;
    const cancelled = await c.var.services.sessions.get(id).cancel({ requestId: c.var.requestId, access, completedToo: false });
    return cancelled.ok ? c.body(null, 204) : failures.refuse(c, cancelled.error);
  });
