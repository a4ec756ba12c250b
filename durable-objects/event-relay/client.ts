import type { EventRelays } from "#domain/events/event-log.ts";
import type { Directory } from "#domain/identity/directory.ts";
import type { EventRelay } from "./event-relay.ts";

/** The relays as Workers and other objects see them: one for each database of the directory. */
export function eventRelays(namespace: DurableObjectNamespace<EventRelay>, directory: Directory<unknown>): EventRelays {
  const wake = (log: number): Promise<void> => namespace.getByName(`log-${log}`).wake(log);
  return {
    wake: (creatorId) => wake(directory.indexOf(creatorId)),
    wakeAll: async () => {
      await Promise.all(directory.all.map((_database, log) => wake(log)));
    },
  };
}
