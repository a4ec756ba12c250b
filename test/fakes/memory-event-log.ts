import type { EventLog, LogReader } from "#domain/events/event-log.ts";
import type { LoggedEvent, SluiceEvent } from "#domain/events/event.ts";

export type MemoryEventLog = EventLog & LogReader & { readonly logged: readonly LoggedEvent[] };

export function memoryEventLog(): MemoryEventLog {
  const logged: LoggedEvent[] = [];
  const isKnown = ({ resource, sequence }: SluiceEvent): boolean =>
    logged.some((event) => event.resource === resource && event.sequence === sequence);
  return {
    logged,
    append: async (events) => {
      for (const event of events) if (!isKnown(event)) logged.push({ ...event, position: logged.length + 1 });
    },
    page: async (creatorId, { after, types, resource, limit }) =>
      logged
        .filter(
          (event) =>
            event.creatorId === creatorId &&
            event.position > after &&
            (types.length === 0 || types.includes(event.type)) &&
            (resource === null || event.resource === resource),
        )
        .slice(0, limit),
    read: async (position, limit) => logged.filter((event) => event.position > position).slice(0, limit),
  };
}
