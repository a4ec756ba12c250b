import type { Result } from "#domain/result.ts";

/** Bytes of known length that can be read again for a further attempt. */
export type ReplayableBytes = { readonly length: number; chunks(): Iterable<Uint8Array> };

export type StoredObject = { readonly key: string; readonly size: number; readonly etag: string; readonly uploadId: string | null };

export type StoredPart = { readonly number: number; readonly etag: string };

export type ObjectMetadata = { readonly uploadId: string; readonly contentType: string };

/**
 * Where the bytes lie. Throws on an outage: whoever calls knows whether the call may have had its effect.
 * Keys are written once: nothing here replaces an object.
 */
export interface ObjectStore {
  createMultipart(key: string, metadata: ObjectMetadata): Promise<string>;
  uploadPart(key: string, multipartId: string, partNumber: number, bytes: ReplayableBytes): Promise<StoredPart>;
  /**
   * `multipart_missing`: never begun, aborted, or completed before (a lost reply): look at the object.
   * `part_mismatch`: a part is not the one that was recorded.
   */
  completeMultipart(
    key: string,
    multipartId: string,
    parts: readonly StoredPart[],
  ): Promise<Result<StoredObject, { code: "multipart_missing" | "part_mismatch" }>>;
  /** Aborting what is gone already is no error. */
  abortMultipart(key: string, multipartId: string): Promise<void>;
  /** Null when the key is taken. */
  putNew(key: string, bytes: ReplayableBytes, metadata: ObjectMetadata): Promise<StoredObject | null>;
  head(key: string): Promise<StoredObject | null>;
  /** `[start, end)`, null when there is no such object. Keep ranges bounded: the local R2 has no backpressure. */
  read(key: string, start: number, end: number): Promise<ReadableStream<Uint8Array> | null>;
  delete(key: string): Promise<void>;
}

/** The internal key of an upload's bytes: never shown, never reused. */
export const objectKeyOf = (uploadId: string): string => `media/${uploadId}`;
