import type { LoggedEvent } from "./event.ts";

/** Half-open from the left: what comes after `after`, up to and with `to`. */
export type Stretch = { readonly after: number; readonly to: number };

/** How many events make a stretch at once, and how long fewer of them wait for more. */
export type ArchivePace = { readonly most: number; readonly before: number };

/** One database's log as its archivist sees it. */
export interface ArchivableLog {
  /** Tells the logs apart in the archive. */
  readonly number: number;
  /**
   * What is to be archived next; null while there is nothing. It is recorded before it is returned, so that whoever dies with it, or
   * comes twice, is given the same again.
   */
  claim(pace: ArchivePace, now: number): Promise<Stretch | null>;
  read(stretch: Stretch): Promise<readonly LoggedEvent[]>;
  archived(stretch: Stretch, now: number): Promise<void>;
  /** Lets go of archived events that happened before `before`, oldest first, at most `limit`; returns how many. */
  forget(before: number, limit: number): Promise<number>;
}

/** One object of the archive: the events of one UTC date in one stretch of one log. */
export type ArchiveFile = { readonly date: string; readonly log: number; readonly stretch: Stretch };

export interface EventArchive {
  /** What is there already stays as it is. */
  put(file: ArchiveFile, events: readonly LoggedEvent[]): Promise<void>;
  /** Of one date, in the order of the log. */
  files(date: string): Promise<readonly ArchiveFile[]>;
  read(file: ArchiveFile): Promise<readonly LoggedEvent[]>;
}

const PLACES = 16;
const NAME = /^(\d+)\/(\d{16})-(\d{16})\.ndjson$/;
const place = (position: number): string => String(position).padStart(PLACES, "0");

/** `events/<date>/`; a date is `YYYY-MM-DD`. */
export const archiveFolder = (date: string): string => `events/${date}/`;

/** `events/<date>/<log>/<first>-<last>.ndjson`: the same stretch has the same key, whoever writes it. */
export const archiveKey = ({ date, log, stretch }: ArchiveFile): string =>
  `${archiveFolder(date)}${log}/${place(stretch.after + 1)}-${place(stretch.to)}.ndjson`;

/** Null for a key that is none of the archive's. */
export function archiveFileOf(date: string, key: string): ArchiveFile | null {
  const [, log, first, last] = NAME.exec(key.slice(archiveFolder(date).length)) ?? [];
  if (log === undefined || first === undefined || last === undefined || !key.startsWith(archiveFolder(date))) return null;
  return { date, log: Number(log), stretch: { after: Number(first) - 1, to: Number(last) } };
}

/**
 * A day as it happened: each event once, in the order of its log. Stretches overlap where a database was put back and archived
 * again; what two of them hold is told once.
 */
export async function* replayDay(archive: EventArchive, date: string): AsyncGenerator<LoggedEvent> {
  let told = new Set<string>();
  let reached: { readonly log: number; readonly to: number } = { log: -1, to: 0 };
  for (const file of await archive.files(date)) {
    const { log, stretch } = file;
    const overlaps = reached.log === log && stretch.after < reached.to;
    if (!overlaps) told = new Set();
    for (const event of await archive.read(file)) {
      if (told.has(event.id)) continue;
      told.add(event.id);
      yield event;
    }
    reached = { log, to: overlaps ? Math.max(stretch.to, reached.to) : stretch.to };
  }
}
