import { z } from "zod";
import { backoffMs, type Backoff } from "#domain/backoff.ts";
import { EVENT_TYPES, type SluiceEvent, type UploadEventType } from "#domain/events/event.ts";
import { shownLook } from "#domain/assets/shown-look.ts";
import { idSchema } from "#domain/id-schema.ts";
import { idOf } from "#domain/ids.ts";
import type { UploadProgress } from "#domain/uploads/upload-session.ts";
import { objectKeyOf } from "#domain/uploads/object-store.ts";
import type { SessionHost } from "./host.ts";
import type { UploadEffect, UploadState } from "./machine.ts";
import { attemptKeysOf, storedKeyOf } from "./object-keys.ts";
import { progressOf } from "./progress.ts";
import type { OutboxRow } from "./tables.ts";

const RETRIES: Backoff = { firstMs: 5_000, longestMs: 3_600_000 };

const erase = z.object({ key: z.string() });
const abort = z.object({ key: z.string(), multipartId: z.string() });
const deleteAsset = z.object({ assetId: idSchema("ast") });
const announcement = z.object({
  id: idSchema("evt"),
  type: z.enum(EVENT_TYPES),
  /** Rows of 0.1.0 have none: they are of the last step. */
  sequence: z.number().int().exactOptional(),
  timestamp: z.string(),
  data: z.record(z.string(), z.unknown()),
});

export type OutboxHost = Omit<SessionHost, "apply">;

/**
 * Effects, written in the transaction of the step that wants them and done from here, at least once. What fails is tried again
 * with growing pauses; an event is settled when the log has it, and goes there with the row of the directory that it speaks of.
 */
export class Outbox {
  readonly #host: OutboxHost;
  #delivering: Promise<void> | null = null;

  constructor(host: OutboxHost) {
    this.#host = host;
  }

  /** Part of a transaction. */
  record(state: UploadState, effects: readonly UploadEffect[]): void {
    for (const effect of effects) this.#record(state, effect);
  }

  /** Does what is due. Failures stay due. */
  async deliver(): Promise<void> {
    // What is being delivered may not know of what was recorded since.
    await this.#delivering;
    this.#delivering ??= this.#deliverDue().finally(() => {
      this.#delivering = null;
    });
    await this.#delivering;
  }

  /** Writes the rows in the directory, whatever it has heard before. An asset whose object is gone has been deleted. */
  async restate(told: readonly SluiceEvent[] = []): Promise<void> {
    const { directory, now, ulid } = this.#host.services();
    const progress = progressOf(this.#host.state());
    if (progress.asset === null) return directory.putUpload(progress, told);
    const { objectKey, etag } = await this.#object();
    await directory.putAsset({ progress, objectKey, etag: etag ?? "" }, told);
    if (etag !== null) return;
    const deletion = { at: now(), requestId: this.#host.rows.requestId(), eventId: idOf("evt", ulid()) };
    await directory.deleteAsset(progress, progress.asset.id, deletion);
  }

  #record(state: UploadState, effect: UploadEffect): void {
    const { rows } = this.#host;
    const now = this.#host.services().now();
    const enqueue = (key: string, kind: string, payload: unknown): void => rows.enqueue(key, kind, payload, rows.requestId(), now);
    switch (effect.type) {
      case "project":
        enqueue("project", "project", { sequence: state.sequence });
        return;
      case "announce": {
        const id = idOf("evt", this.#host.services().ulid());
        enqueue(`announce:${id}`, "announce", announcementOf(state, { id, type: effect.event, now }));
        return;
      }
      case "release": {
        const { id } = state.spec;
        const multipart = rows.multipart();
        if (multipart !== null) enqueue("abort", "abort", { key: objectKeyOf(id), multipartId: multipart.id });
        const keys = [...(multipart === null ? [] : [objectKeyOf(id)]), ...attemptKeysOf(rows, id)];
        for (const key of keys) enqueue(`erase:${key}`, "erase", { key });
        rows.dropStaged();
        return;
      }
      case "delete-asset":
        enqueue("delete-asset", "delete-asset", { assetId: effect.assetId });
        return;
      case "retire-partials":
        enqueue("retire-partials", "retire-partials", {});
    }
  }

  async #deliverDue(): Promise<void> {
    const { rows } = this.#host;
    for (const { key } of rows.due(this.#host.services().now())) {
      const row = rows.owed(key);
      // Done along with another.
      if (row === null) continue;
      try {
        await this.#deliverOne(row);
      } catch (cause) {
        const { now, chance } = this.#host.services();
        const attempt = row.attempts + 1;
        rows.postpone(row.key, attempt, now() + backoffMs(RETRIES, attempt, chance()));
        this.#host.log().warn("upload effect postponed", { request_id: row.request_id, phase: row.kind, attempt, cause });
      }
    }
  }

  async #deliverOne(row: OutboxRow): Promise<void> {
    const { rows } = this.#host;
    const { store, directory, sessions, now, ulid } = this.#host.services();
    const payload: unknown = JSON.parse(row.payload);
    const state = this.#host.state();
    const progress = progressOf(state);
    switch (row.kind) {
      case "project":
      case "announce":
        await this.#tell();
        return;
      case "erase":
        await store.delete(erase.parse(payload).key);
        break;
      case "abort": {
        const { key, multipartId } = abort.parse(payload);
        await store.abortMultipart(key, multipartId);
        break;
      }
      case "delete-asset": {
        const { assetId } = deleteAsset.parse(payload);
        const deletion = { at: progress.finishedAt ?? now(), requestId: row.request_id, eventId: idOf("evt", ulid()) };
        await directory.deleteAsset(progress, assetId, deletion);
        this.#wakeRelay(state);
        // The directory can't erase what it had not heard of; of what it lists, its cron erases the rest.
        await store.delete(storedKeyOf(rows, progress.id));
        break;
      }
      case "retire-partials":
        for (const { uploadId } of state.spec.sources) await sessions.get(uploadId).retire(state.spec.creatorId);
        break;
      default:
        throw new Error(`no such effect: ${row.kind}`);
    }
    rows.settle(row.key, row.payload);
  }

  /** Everything that the directory and the log have to hear, at once: events of one upload reach the log in their order. */
  async #tell(): Promise<void> {
    const { rows } = this.#host;
    const { events, now } = this.#host.services();
    const state = this.#host.state();
    const projection = rows.owed("project");
    const announcements = rows.owedOf("announce");
    const told = announcements.map((row) => eventOf(row, state)).toSorted((a, b) => a.sequence - b.sequence);
    if (projection === null) await events.append(told);
    else {
      await this.restate(told);
      await this.#haveInspected(progressOf(state));
      rows.setProjectedAt(now());
      rows.settle(projection.key, projection.payload);
    }
    for (const { key, payload } of announcements) rows.settle(key, payload);
    if (told.length > 0) this.#wakeRelay(state);
  }

  /** Nobody waits for it: what is in the log is found by the relay's own clock too. */
  #wakeRelay({ spec }: UploadState): void {
    const log = this.#host.log();
    const { relays } = this.#host.services();
    relays.wake(spec.creatorId).catch((cause: unknown) => log.warn("relay not woken", { cause }));
  }

  /** Once the asset's row is there. What the queue does not take is found by the cron. */
  async #haveInspected({ creatorId, asset }: UploadProgress): Promise<void> {
    if (asset === null) return;
    try {
      await this.#host.services().jobs.inspect([{ id: asset.id, creatorId }], this.#host.rows.requestId());
    } catch (cause) {
      this.#host.log().warn("inspection not asked for", { cause });
    }
  }

  async #object(): Promise<{ objectKey: string; etag: string | null }> {
    const objectKey = storedKeyOf(this.#host.rows, this.#host.state().spec.id);
    const object = await this.#host.services().store.head(objectKey);
    return { objectKey, etag: object?.etag ?? null };
  }
}

function announcementOf(
  state: UploadState,
  { id, type, now }: { id: string; type: UploadEventType; now: number },
): z.input<typeof announcement> {
  const { asset, failure, look, ...progress } = progressOf(state);
  return {
    id,
    type,
    sequence: state.sequence,
    timestamp: new Date(now).toISOString(),
    data: {
      upload_id: progress.id,
      creator_id: progress.creatorId,
      filename: progress.filename,
      external_id: progress.externalId,
      atom_id: progress.atomId,
      metadata: progress.metadata,
      length: progress.length,
      size: progress.offset,
      ...(asset === null ? {} : { asset_id: asset.id, content_type: asset.contentType, ...asset.digests }),
      ...(type === "upload.inspected" && look !== null
        ? { look: shownLook({ look, size: progress.length }, (epochMs) => new Date(epochMs).toISOString()) }
        : {}),
      ...(failure === null ? {} : { error: { code: failure.code } }),
    },
  };
}

function eventOf(row: OutboxRow, { spec, sequence }: UploadState): SluiceEvent {
  const announced = announcement.parse(JSON.parse(row.payload));
  return {
    id: announced.id,
    type: announced.type,
    creatorId: spec.creatorId,
    resource: spec.id,
    sequence: announced.sequence ?? sequence,
    happenedAt: Date.parse(announced.timestamp),
    requestId: row.request_id,
    data: announced.data,
  };
}
