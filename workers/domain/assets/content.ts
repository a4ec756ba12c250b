import type { ByteRange } from "#domain/uploads/upload-session.ts";

/** The bytes of stored objects, as they go out. */
export interface AssetContent {
  /** A stream whose length is known and whose memory is flat, however much is asked for; null when the object is gone. */
  open(objectKey: string, range: ByteRange): Promise<ReadableStream<Uint8Array> | null>;
}
