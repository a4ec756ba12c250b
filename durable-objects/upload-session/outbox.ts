import { z } from "zod";
import { idOf, parseId } from "#domain/ids.ts";
import { objectKeyOf } from "#domain/uploads/object-store.ts";
import type { SessionHost } from "./host.ts";
import { progressOf, type UploadEffect, type UploadState } from "./machine.ts";
import type { UploadEvent } from "./services.ts";
import type { OutboxRow } from "./tables.ts";

const FIRST_RETRY_MS = 5_000;
const LAST_RETRY_MS = 3_600_000;

const erase = z.object({ key: z.string() });
const abort = z.object({ key: z.string(), multipartId: z.string() });
const deleteAsset = z.object({ assetId: z.string() });
const event = z.object({
  id: z.string(),
  type: z.enum(["upload.completed", "upload.failed"]),
  timestamp: z.string(),
  data: z.record(z.string(), z.unknown()),
});

export type OutboxHost = Omit<SessionHost, "apply">;

/**
 * Effects, written in the transaction of the step that wants them and done from here, at least once. What fails is tried again
 * with growing pauses; an announcement is sent again until its receiver has acknowledged it.
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
    this.#delivering ??= this.#deliverDue().finally(() => {
      this.#delivering = null;
    });
    await this.#delivering;
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
        const announced = this.#event(state, effect.event, now);
        enqueue(`announce:${announced.id}`, "announce", announced);
        return;
      }
      case "release": {
        const multipart = rows.multipart();
        const key = objectKeyOf(state.spec.id);
        if (multipart !== null) {
          enqueue("abort", "abort", { key, multipartId: multipart.id });
          enqueue(`erase:${key}`, "erase", { key });
        }
        for (let attempt = 1; attempt <= rows.objectAttempts(); attempt++)
          enqueue(`erase:${key}/${String(attempt)}`, "erase", { key: `${key}/${String(attempt)}` });
        rows.dropStaged();
        return;
      }
      case "delete-asset": {
        const { stage } = this.#host.state();
        if (stage.status === "completed") enqueue("delete-asset", "delete-asset", { assetId: stage.asset.id });
        return;
      }
      case "retire-partials":
        enqueue("retire-partials", "retire-partials", {});
    }
  }

  async #deliverDue(): Promise<void> {
    const { rows } = this.#host;
    for (const row of rows.due(this.#host.services().now())) {
      try {
        await this.#deliverOne(row);
      } catch (cause) {
        rows.postpone(row.key, row.attempts + 1, this.#later(row.attempts));
        this.#host.services().log.line("warn", "upload effect postponed", {
          request_id: row.request_id,
          upload_id: this.#host.state().spec.id,
          effect: row.kind,
          attempt: row.attempts + 1,
          error: String(cause),
        });
      }
    }
  }

  async #deliverOne(row: OutboxRow): Promise<void> {
    const { rows } = this.#host;
    const { store, directory, callbacks, sessions, now } = this.#host.services();
    const payload: unknown = JSON.parse(row.payload);
    const state = this.#host.state();
    const progress = progressOf(state);
    switch (row.kind) {
      case "project":
        if (state.stage.status === "completed" && state.spec.kind !== "partial") {
          const object = await this.#object();
          await directory.putAsset({ progress, ...object });
        } else await directory.putUpload(progress);
        rows.setProjectedAt(now());
        break;
      case "announce":
        await callbacks.send({
          type: "deliver-callback",
          v: 1,
          request_id: row.request_id,
          upload_id: state.spec.id,
          event: eventOf(payload),
        });
        rows.postpone(row.key, row.attempts + 1, this.#later(row.attempts));
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
        const assetId = parseId("ast", deleteAsset.parse(payload).assetId);
        if (assetId !== null) await directory.deleteAsset(progress, assetId, now());
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

  async #object(): Promise<{ objectKey: string; etag: string }> {
    const { rows } = this.#host;
    const { id } = this.#host.state().spec;
    const key = rows.multipart() === null ? `${objectKeyOf(id)}/${String(rows.objectAttempts())}` : objectKeyOf(id);
    const object = await this.#host.services().store.head(key);
    if (object === null) throw new Error("the object of a completed upload can't be found");
    return { objectKey: key, etag: object.etag };
  }

  #later(attempts: number): number {
    const pause = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempts);
    // Spread by the attempt's own id, so that what failed together does not come back together.
    const spread = 0.75 + (Number.parseInt(this.#host.services().ulid().slice(-4), 36) % 512) / 1024;
    return this.#host.services().now() + Math.round(pause * spread);
  }

  #event(state: UploadState, type: UploadEvent["type"], now: number): UploadEvent {
    const { asset, failure, ...progress } = progressOf(state);
    return {
      id: idOf("evt", this.#host.services().ulid()),
      type,
      timestamp: new Date(now).toISOString(),
      data: {
        upload_id: progress.id,
        creator_id: progress.creatorId,
        filename: progress.filename,
        external_id: progress.externalId,
        atom_id: progress.atomId,
        metadata: progress.metadata,
        size: progress.offset,
        ...(asset === null ? {} : { asset_id: asset.id, content_type: asset.contentType, ...asset.digests }),
        ...(failure === null ? {} : { error: { code: failure.code } }),
      },
    };
  }
}

function eventOf(payload: unknown): UploadEvent {
  const { id, ...rest } = event.parse(payload);
  const parsed = parseId("evt", id);
  if (parsed === null) throw new Error("an event row has no event id");
  return { id: parsed, ...rest };
}
