import { createHash } from "node:crypto";
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { ulid } from "ulid";
import { expect } from "vitest";
import { idOf, type UploadId } from "#domain/ids.ts";
import { partPlan } from "#domain/uploads/part-plan.ts";
import type { Access, AppendCommand, QueryCommand, UploadProgress, UploadSpec } from "#domain/uploads/upload-session.ts";
import type { SessionServices } from "#durable-objects/upload-session/services.ts";

export const REQUEST = idOf("req", ulid());
export const SECRET_HASH = "5e".repeat(32);
export const HOLDER: Access = { by: "handle", secretHash: SECRET_HASH };

export function aSpec(changes: Partial<UploadSpec> = {}): UploadSpec {
  const length = changes.length ?? null;
  const maxBytes = changes.maxBytes ?? length ?? 1024 ** 3;
  return {
    id: idOf("upl", ulid()),
    creatorId: idOf("crt", ulid()),
    kind: "whole",
    sources: [],
    name: null,
    filename: "film.mp4",
    contentType: "video/mp4",
    length,
    maxBytes,
    plan: partPlan(maxBytes),
    declared: {},
    algorithms: ["sha256", "crc32c"],
    metadata: {},
    tusMetadata: null,
    tusConcat: null,
    externalId: null,
    atomId: null,
    acceptedTypes: ["*/*"],
    ttlMs: 6 * 24 * 3600_000,
    createdAt: Date.now(),
    asksBeforeCompletion: false,
    ...changes,
  };
}

export const stubOf = (id: UploadId) => env.UPLOAD_SESSION.getByName(id);

export async function opened(changes: Partial<UploadSpec> = {}): Promise<UploadSpec> {
  const spec = aSpec(changes);
  await stubOf(spec.id).open(spec, SECRET_HASH, REQUEST);
  return spec;
}

export function anAppend(changes: Partial<AppendCommand> = {}): AppendCommand {
  return {
    requestId: REQUEST,
    access: HOLDER,
    at: { kind: "exact", offset: 0 },
    length: null,
    final: false,
    holds: false,
    bodyBytes: null,
    maxAppendBytes: 95_000_000,
    checksum: null,
    declared: {},
    ...changes,
  };
}

export const aQuery = (changes: Partial<QueryCommand> = {}): QueryCommand => ({
  requestId: REQUEST,
  access: HOLDER,
  length: null,
  declared: {},
  holds: false,
  ...changes,
});

/** Bytes that no two places of which are alike, the same for the same seed. */
export function noise(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = seed >>> 0 || 1;
  for (let index = 0; index < words.length; index++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[index] = state;
  }
  return new Uint8Array(words.buffer, 0, length);
}

/** A body in pieces; `cutAt` bytes in it breaks, `hangAt` bytes in it goes silent, for ever or until it is `woken`. */
export function aBody(
  bytes: Uint8Array,
  options: { cutAt?: number; hangAt?: number; pieceBytes?: number; woken?: Promise<void> } = {},
): ReadableStream<Uint8Array> {
  const { cutAt, hangAt, pieceBytes = 60_000, woken } = options;
  let end = Math.min(bytes.length, cutAt ?? bytes.length, hangAt ?? bytes.length);
  let at = 0;
  let letGo: () => void = () => undefined;
  return new ReadableStream({
    type: "bytes",
    cancel: () => letGo(),
    pull: (controller) => {
      if (at < end) {
        const piece = bytes.slice(at, Math.min(end, at + pieceBytes));
        at += piece.length;
        controller.enqueue(piece);
        return undefined;
      }
      if (cutAt !== undefined && at === cutAt) {
        controller.error(new Error("Network connection lost."));
        return undefined;
      }
      if (hangAt !== undefined && at === hangAt) {
        const cancelled = new Promise<void>((resolve) => {
          letGo = resolve;
        });
        const goOn = woken?.then(() => {
          end = bytes.length;
          const piece = bytes.slice(at, at + pieceBytes);
          at += piece.length;
          controller.enqueue(piece);
        });
        return Promise.race([cancelled, ...(goOn === undefined ? [] : [goOn])]);
      }
      controller.close();
      // A BYOB read that waits for bytes learns of the end only so.
      controller.byobRequest?.respond(0);
      return undefined;
    },
  });
}

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

export function progressIn<F>(result: { ok: true; value: UploadProgress } | { ok: false; error: F }): UploadProgress {
  if (!result.ok) expect.fail(`refused: ${JSON.stringify(result.error)}`);
  return result.value;
}

export function failureIn<F>(result: { ok: true; value: unknown } | { ok: false; error: F }): F {
  if (result.ok) expect.fail(`accepted: ${JSON.stringify(result.value)}`);
  return result.error;
}

/** What lies in R2 for an upload, whatever its key's attempt. */
export async function objectBytes(id: UploadId): Promise<Uint8Array | null> {
  const { objects } = await env.MEDIA.list({ prefix: `media/${id}` });
  expect(objects.length).toBeLessThanOrEqual(1);
  const key = objects[0]?.key;
  const object = key === undefined ? null : await env.MEDIA.get(key);
  return object === null ? null : new Uint8Array(await object.arrayBuffer());
}

/** What the session keeps of an upload: after a terminal state it must be nothing. */
export async function keptRows(id: UploadId): Promise<{ pieces: number; slots: number }> {
  return runInDurableObject(stubOf(id), (_instance, state) => {
    const count = (table: string): number => state.storage.sql.exec<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).one().n;
    return { pieces: count("pieces"), slots: count("slots") };
  });
}

/** Lets the session live with other services, from now until it is evicted. */
export async function withServices(id: UploadId, change: (services: SessionServices) => SessionServices): Promise<void> {
  await runInDurableObject(stubOf(id), (instance: { services: SessionServices }) => {
    instance.services = change(instance.services);
  });
}
