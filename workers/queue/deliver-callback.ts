import type { Receiver } from "#domain/events/receiver.ts";
import type { Log } from "#domain/log.ts";
import type { UploadSessions } from "#domain/uploads/upload-session.ts";
import type { Message } from "./messages.ts";

export type CallbackServices = { readonly receiver: Receiver | null; readonly sessions: UploadSessions; readonly log: Log };

/**
 * Brings one event to the application and tells its owner that it has arrived. What is not taken is not tried again from here:
 * the owner's alarm sends it again, with pauses that grow.
 */
export async function deliverCallback({ receiver, sessions, log }: CallbackServices, message: Message): Promise<void> {
  const { request_id, upload_id, event } = message;
  const scoped = log.with({ request_id, upload_id, event_id: event.id });
  if (receiver === null) {
    scoped.warn("callback has no receiver");
    return;
  }
  const outcome = await receiver.deliver(event, request_id);
  if (!outcome.taken) {
    scoped.warn("callback not taken", { cause: outcome.reason });
    return;
  }
  await sessions.get(upload_id).acknowledge(event.id);
  scoped.info("callback delivered");
}
