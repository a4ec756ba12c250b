import type { EventSubscriber } from "#domain/events/event-log.ts";
import type { EventType } from "#domain/events/event.ts";
import type { Receiver } from "#domain/events/receiver.ts";

const TOLD: readonly EventType[] = ["upload.completed", "upload.failed"];

/** The completion callback: all of them again until the receiver has taken each. */
export function callbackSubscriber(receiver: Receiver): EventSubscriber {
  return {
    publish: async (_creatorId, events) => {
      const outcomes = await Promise.all(
        events
          .filter(({ type }) => TOLD.includes(type))
          .map(({ id, type, happenedAt, data, requestId }) =>
            receiver.deliver({ id, type, timestamp: new Date(happenedAt).toISOString(), data }, requestId),
          ),
      );
      const refusal = outcomes.find((outcome) => !outcome.taken);
      if (refusal !== undefined && !refusal.taken) throw new Error(`callback not taken: ${refusal.reason}`);
    },
  };
}
