import type { CreatorId } from "#domain/ids.ts";
import type { EventType, LoggedEvent, SluiceEvent } from "./event.ts";

export type EventQuery = {
  /** Only what comes after this position: 0 for everything that is kept. */
  readonly after: number;
  /** Empty: of every type. */
  readonly types: readonly EventType[];
  readonly resource: string | null;
  readonly limit: number;
};

/** What happened in the last thirty days. One log per database of the directory; a creator's events are all in one. */
export interface EventLog {
  /** Takes each event once, by its resource and sequence: the same again changes nothing. */
  append(events: readonly SluiceEvent[]): Promise<void>;
  /** In the order of the log. */
  page(creatorId: CreatorId, query: EventQuery): Promise<readonly LoggedEvent[]>;
}

/** One database's log, of all of its creators. */
export interface LogReader {
  /** At most `limit` events after `position`, in the order of the log. */
  read(position: number, limit: number): Promise<readonly LoggedEvent[]>;
}

/** Brings what is new in the logs to their subscribers. A call that is lost is made good by the minute's clock. */
export interface EventRelays {
  /** There is something new of this creator. */
  wake(creatorId: CreatorId): Promise<void>;
  wakeAll(): Promise<void>;
}

/** Somebody to whom every event is brought. */
export interface EventSubscriber {
  /**
   * At least once, in the order of the log. Resolves when the subscriber has taken them over durably (or has nobody to tell);
   * rejects when it could not, and then they come again.
   */
  publish(creatorId: CreatorId, events: readonly LoggedEvent[]): Promise<void>;
}
