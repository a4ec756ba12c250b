import type { EventLog, EventSubscriber, LogReader } from "#domain/events/event-log.ts";
import type { Log } from "#domain/log.ts";

/** What a relay needs of the world. */
export type RelayServices = {
  /** The log of a database, by its number. */
  readonly logOf: (log: number) => LogReader;
  readonly events: Pick<EventLog, "page">;
  /** By the names under which a relay remembers who is behind: one that is gone is forgotten. */
  readonly subscribers: Readonly<Record<string, EventSubscriber>>;
  readonly log: Log;
  /** How long a subscriber may take, in milliseconds. */
  readonly patienceMs: number;
  readonly now: () => number;
  /** From 0 to 1. */
  readonly chance: () => number;
};
