import { writeMessage } from "#domain/events/feed-message.ts";
import type { LoggedEvent } from "#domain/events/event.ts";
import { parseId, type CreatorId, type UploadId } from "#domain/ids.ts";
import { observe, paceOf, TICK_MS, unseen, type Watched } from "./pace.ts";
import type { Seat } from "./machine.ts";
import type { Rows, SavedWatch } from "./schema.ts";
import { tell, type Seats } from "./seats.ts";
import type { FeedServices } from "./services.ts";

/** Of more open uploads than this the newest are looked at; the others when there is room. */
export const WATCHED_AT_MOST = 100;
const LOOKS_AT_ONCE = 10;
/** One run of the alarm: less than the platform lets it have, and no row is written in between. */
const RUN_MS = 30_000;
/** Beyond this it pays to be thrown out of memory meanwhile. */
const DOZE_MS = 5_000;
const SHORTEST_SLEEP_MS = 50;
const ASKED_AGAIN_MS = 60_000;

const IS_OPEN = new Set(["receiving", "completing"]);
const BEGINS = "upload.created";
const ENDS = new Set(["upload.completed", "upload.failed", "upload.cancelled", "upload.expired"]);

type Watch = {
  /** Every upload that is open is among these. */
  isComplete: boolean;
  /** When the directory was asked. */
  askedAt: number;
  readonly uploads: Map<UploadId, Watched>;
};

export type ProgressHost = {
  readonly rows: Rows;
  readonly seats: Seats;
  readonly services: () => FeedServices;
  /** Lets `run` be called at this time. */
  readonly wakeAt: (at: number) => Promise<void>;
};

/** Looks at open uploads for those who want to know, once a second at most, and only as long as somebody wants to. */
export class Progress {
  readonly #host: ProgressHost;
  /** Null: not in memory (any more); the rows tell. */
  #watch: Watch | null = null;
  /** Of these somebody has not been told anything yet. */
  #untold = new Set<UploadId>();
  #running = false;

  constructor(host: ProgressHost) {
    this.#host = host;
  }

  /** Somebody listens from now on. */
  async begin(resource: string | null): Promise<void> {
    if (this.#seats().length === 1) this.#forget();
    const watch = this.#load();
    const { uploads } = watch;
    // What the relay is late with shows when the directory is asked again, which a crowd does once a minute.
    watch.isComplete = false;
    const soon = this.#host.services().now() + TICK_MS;
    for (const [id, watched] of uploads) {
      uploads.set(id, { ...watched, dueAt: Math.min(watched.dueAt, soon) });
      this.#untold.add(id);
    }
    const named = parseId("upl", resource ?? "");
    if (named !== null) this.#add(named);
    await this.#wake();
  }

  /** Somebody has gone. */
  end(): void {
    if (!this.#isWanted() && !this.#running) this.#forget();
  }

  /** What is open is learnt from what happens. */
  async learn(events: readonly LoggedEvent[]): Promise<void> {
    if (!this.#isWanted()) return;
    let begins = false;
    for (const { type, resource } of events) {
      const upload = parseId("upl", resource);
      if (upload === null) continue;
      if (ENDS.has(type)) this.#load().uploads.delete(upload);
      if (type !== BEGINS) continue;
      this.#add(upload);
      begins = true;
    }
    if (begins) await this.#wake();
  }

  /** To be called by the alarm. */
  async run(creatorId: CreatorId): Promise<void> {
    this.#running = true;
    let next: number | null;
    try {
      next = await this.#lookOn(creatorId);
    } finally {
      this.#running = false;
    }
    if (next !== null) await this.#host.wakeAt(next);
  }

  /** Until there is nothing to do for a while; when to go on. From that decision on, whoever has something new wakes by themselves. */
  async #lookOn(creatorId: CreatorId): Promise<number | null> {
    const { now, sleep } = this.#host.services();
    const until = now() + RUN_MS;
    for (;;) {
      if (!this.#isWanted()) {
        this.#forget();
        return null;
      }
      await this.#askWhatIsOpen(creatorId);
      await this.#lookAtDue(creatorId);
      const next = this.#nextAt();
      if (next === null || next - now() > DOZE_MS || now() >= until) {
        this.#host.rows.setWatched(savedWatch(this.#load()));
        this.#running = false;
        return next;
      }
      await sleep(Math.min(TICK_MS, Math.max(SHORTEST_SLEEP_MS, next - now())));
    }
  }

  async #wake(): Promise<void> {
    if (this.#running) return;
    // Whoever dies before the run begins has it in its rows.
    this.#host.rows.setWatched(savedWatch(this.#load()));
    await this.#host.wakeAt(this.#host.services().now());
  }

  #nextAt(): number | null {
    const { uploads, isComplete, askedAt } = this.#load();
    const times = [...uploads.values()].filter(({ uploadId }) => this.#isWanted(uploadId)).map(({ dueAt }) => dueAt);
    if (!isComplete && this.#wantsAll()) times.push(askedAt + ASKED_AGAIN_MS);
    return times.length === 0 ? null : Math.min(...times);
  }

  #add(upload: UploadId): void {
    const watch = this.#load();
    if (watch.uploads.has(upload)) return;
    if (watch.uploads.size >= WATCHED_AT_MOST) watch.isComplete = false;
    else watch.uploads.set(upload, unseen(upload, this.#host.services().now()));
  }

  #seats(): readonly Seat[] {
    return this.#host.seats.all().flatMap(({ seat }) => (seat.progress ? [seat] : []));
  }

  #wantsAll(): boolean {
    return this.#seats().some(({ resource }) => resource === null);
  }

  #isWanted(upload?: UploadId): boolean {
    return this.#seats().some(({ resource }) => upload === undefined || resource === null || resource === upload);
  }

  #load(): Watch {
    this.#watch ??= loadedWatch(this.#host.rows.watched());
    return this.#watch;
  }

  /** One query for all who listen, unless each of them has named an upload. */
  async #askWhatIsOpen(creatorId: CreatorId): Promise<void> {
    const { now, openUploads, log } = this.#host.services();
    const watch = this.#load();
    if (watch.isComplete || !this.#wantsAll() || now() - watch.askedAt < ASKED_AGAIN_MS) return;
    watch.askedAt = now();
    watch.isComplete = true;
    try {
      const open = await openUploads(creatorId, WATCHED_AT_MOST);
      for (const id of open) this.#add(id);
      if (open.length === WATCHED_AT_MOST) watch.isComplete = false;
    } catch (cause) {
      watch.isComplete = false;
      watch.askedAt = now() - ASKED_AGAIN_MS + DOZE_MS;
      log.warn("open uploads not read", { creator_id: creatorId, cause });
    }
  }

  async #lookAtDue(creatorId: CreatorId): Promise<void> {
    const { now } = this.#host.services();
    const due = [...this.#load().uploads.values()].filter(({ uploadId, dueAt }) => dueAt <= now() && this.#isWanted(uploadId));
    const next = due.values();
    const lookOn = async (): Promise<void> => {
      for (const watched of next) await this.#lookAt(creatorId, watched);
    };
    await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, lookOn));
  }

  async #lookAt(creatorId: CreatorId, before: Watched): Promise<void> {
    const { now, sessions, log } = this.#host.services();
    const { uploadId } = before;
    const { uploads } = this.#load();
    try {
      const found = await sessions.get(uploadId).look({ by: "creator", creatorId });
      if (!found.ok || !IS_OPEN.has(found.value.status)) {
        uploads.delete(uploadId);
        return;
      }
      const { watched, worthTelling } = observe(before, found.value, now());
      uploads.set(uploadId, watched);
      if (this.#untold.delete(uploadId) || worthTelling) this.#tell(watched);
    } catch (cause) {
      uploads.set(uploadId, { ...before, dueAt: now() + DOZE_MS });
      log.warn("progress not read", { creator_id: creatorId, upload_id: uploadId, cause });
    }
  }

  #tell(watched: Watched): void {
    const message = writeMessage({ kind: "progress", pace: paceOf(watched) });
    for (const { socket, seat } of this.#host.seats.all()) {
      if (seat.progress && (seat.resource === null || seat.resource === watched.uploadId)) tell(socket, message);
    }
  }

  #forget(): void {
    this.#watch = null;
    this.#untold = new Set();
    this.#host.rows.setWatched(null);
  }
}

const loadedWatch = (saved: SavedWatch | null): Watch => ({
  isComplete: saved?.isComplete ?? false,
  askedAt: saved?.askedAt ?? 0,
  uploads: new Map(saved?.uploads.map((each) => [each.uploadId, each])),
});

const savedWatch = ({ uploads, ...watch }: Watch): SavedWatch => ({ ...watch, uploads: [...uploads.values()] });
