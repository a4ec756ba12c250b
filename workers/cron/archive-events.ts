import type { LoggedEvent } from "#domain/events/event.ts";
import type { Duty } from "./duty.ts";

/** A stretch has at most as many events, which fit into memory however much each of them says. */
const MOST = 250;
const WAITS_MS = 15 * 60_000;
/** Of one log in one run. */
const STRETCHES = 50;

const dateOf = ({ happenedAt }: LoggedEvent): string => new Date(happenedAt).toISOString().slice(0, 10);

/** Copies the logs into the archive, by the dates on which things happened; the same stretch always into the same files. */
export const archiveEvents: Duty = async ({ logs, archive, clock }) => {
  let archived = 0;
  for (const log of logs) {
    for (let turn = 0; turn < STRETCHES; turn += 1) {
      const stretch = await log.claim({ most: MOST, before: clock.now() - WAITS_MS }, clock.now());
      if (stretch === null) break;
      const events = await log.read(stretch);
      for (const [date, ofDate] of Map.groupBy(events, dateOf)) await archive.put({ date, log: log.number, stretch }, ofDate);
      await log.archived(stretch, clock.now());
      archived += events.length;
    }
  }
  return archived;
};
