import { z } from "zod";
import { parseId } from "#domain/ids.ts";

const uploadId = z.string().transform((text, context) => {
  const id = parseId("upl", text);
  if (id !== null) return id;
  context.addIssue({ code: "custom", message: "not an upload's id" });
  return z.NEVER;
});

/** Every message that a queue of ours carries: imperative and versioned. */
export const messageSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("deliver-callback"),
    v: z.literal(1),
    request_id: z.string(),
    upload_id: uploadId,
    event: z.object({ id: z.string().min(1), type: z.string().min(1), timestamp: z.string(), data: z.record(z.string(), z.unknown()) }),
  }),
]);

export type Message = z.output<typeof messageSchema>;
