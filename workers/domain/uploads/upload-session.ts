import type { Term } from "#domain/assets/asset.ts";
import type { Failure } from "#domain/failures.ts";
import type { AssetId, CreatorId, RequestId, UploadId } from "#domain/ids.ts";
import type { Look } from "#domain/media/media-info.ts";
import type { Result } from "#domain/result.ts";
import type { Checksum, DigestAlgorithm, Digests } from "./digests.ts";
import type { PartPlan } from "./part-plan.ts";

/**
 * `whole` becomes an asset. `partial` is a piece (tus concatenation) and never does; `final` is joined from completed partials
 * and becomes an asset.
 */
export type UploadKind = "whole" | "partial" | "final";

export type PartialSource = { readonly uploadId: UploadId; readonly size: number };

/** What is fixed when an upload is created. */
export type UploadSpec = {
  readonly id: UploadId;
  readonly creatorId: CreatorId;
  readonly kind: UploadKind;
  /** The partials of a `final`, in order; otherwise empty. */
  readonly sources: readonly PartialSource[];
  /** What its creator finds it by; null for most. */
  readonly name: string | null;
  readonly filename: string;
  /** As announced by the client; never believed. */
  readonly contentType: string | null;
  /** Bytes, when announced at creation. */
  readonly length: number | null;
  /** The most bytes that this upload may have: `length` if known. */
  readonly maxBytes: number;
  readonly plan: PartPlan;
  /** Digests that the client declared; all are checked before there is an asset. */
  readonly declared: Digests;
  /** Digests to compute. */
  readonly algorithms: readonly DigestAlgorithm[];
  readonly metadata: Readonly<Record<string, string>>;
  /** The raw `Upload-Metadata` of a tus creation, echoed by HEAD; null in other dialects. */
  readonly tusMetadata: string | null;
  /** The raw `Upload-Concat` of a tus creation, echoed by HEAD. */
  readonly tusConcat: string | null;
  readonly externalId: string | null;
  readonly atomId: string | null;
  /** The term of its asset, as far as it was given at creation; the rest is the creator's. The release before sends none. */
  readonly keep?: Partial<Term>;
  /** Media types (`video/*`, `*\/*`) that the content's magic bytes may show. */
  readonly acceptedTypes: readonly string[];
  /** How long without activity until it expires, in milliseconds. */
  readonly ttlMs: number;
  readonly createdAt: number;
  /** The application is asked again before completion: `append` then stops short and `complete` goes on. */
  readonly asksBeforeCompletion: boolean;
};

export type UploadStatus = "receiving" | "completing" | "completed" | "cancelled" | "expired" | "failed";

export type AssetSummary = {
  readonly id: AssetId;
  readonly size: number;
  readonly digests: Digests;
  /** By the container's magic; `application/octet-stream` when it shows none. */
  readonly contentType: string;
};

/** Where an upload stands. Cheap: what it costs does not depend on how much is stored. */
export type UploadProgress = {
  readonly id: UploadId;
  readonly creatorId: CreatorId;
  readonly kind: UploadKind;
  readonly status: UploadStatus;
  readonly name: string | null;
  readonly filename: string;
  readonly contentType: string | null;
  readonly externalId: string | null;
  readonly atomId: string | null;
  readonly keep?: Partial<Term>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tusMetadata: string | null;
  readonly tusConcat: string | null;
  /** Contiguous bytes from 0 that are durable. */
  readonly offset: number;
  /** All durable bytes, swarm ranges beyond `offset` included. */
  readonly storedBytes: number;
  readonly length: number | null;
  readonly maxBytes: number;
  readonly partBytes: number;
  readonly declared: Digests;
  /** Every byte is here; the application's consent to completion is what is missing. */
  readonly awaitsCompletion: boolean;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly finishedAt: number | null;
  readonly asset: AssetSummary | null;
  readonly failure: Failure<"digest_mismatch" | "content_type_refused" | "upload_failed"> | null;
  /** What its first megabytes show; null until they have come in. */
  readonly look: Look | null;
  /** Grows with every change that is projected. */
  readonly sequence: number;
};

/** Half-open `[start, end)`. */
export type ByteRange = { readonly start: number; readonly end: number };

export type UploadView = UploadProgress & { readonly ranges: readonly ByteRange[] };

/** Who comes: the holder of a handle (SHA-256 of its secret, hex) or the upload's creator. */
export type Access = { readonly by: "handle"; readonly secretHash: string } | { readonly by: "creator"; readonly creatorId: CreatorId };

export type AppendCommand = {
  readonly requestId: RequestId;
  readonly access: Access;
  /**
   * `exact`: only at the current offset (tus, RUFH). `range`: bytes that are stored already are skipped and a range may begin
   * at any slot's start (Content-Range, swarm); `end` is exclusive, null when the sender does not know it.
   */
  readonly at:
    | { readonly kind: "exact"; readonly offset: number }
    | { readonly kind: "range"; readonly start: number; readonly end: number | null };
  /** The upload's whole length, where this request tells it. */
  readonly length: number | null;
  /** The clean end of this body is the end of the upload. */
  readonly final: boolean;
  /** The last byte alone completes nothing: completion waits for the clean end of a `final` body (RUFH). */
  readonly holds: boolean;
  /** `Content-Length`, null for chunked bodies. */
  readonly bodyBytes: number | null;
  /** The most that one request may carry. */
  readonly maxAppendBytes: number;
  /** Of this body: until it has been checked its bytes are provisional. */
  readonly checksum: Checksum | null;
  /** Of the whole upload. */
  readonly declared: Digests;
};

/** A question about the offset by somebody who is about to go on: a stalled writer there is taken over first. */
export type QueryCommand = {
  readonly requestId: RequestId;
  readonly access: Access;
  /** The whole length, where the question tells it (`bytes *\/N`, tus `Upload-Length`). */
  readonly length: number | null;
  readonly declared: Digests;
  /** An upload that is held stays so; otherwise every byte is enough again. */
  readonly holds: boolean;
};

export type CompleteCommand = {
  readonly requestId: RequestId;
  readonly access: Access;
  /** How long to wait for the outcome. */ readonly waitMs: number;
};

export type CancelCommand = {
  readonly requestId: RequestId;
  readonly access: Access;
  /** tus termination frees a completed upload too: its asset is deleted. */
  readonly completedToo: boolean;
};

export type UploadUnavailable = "upload_not_found" | "upload_gone" | "upload_failed";

export type AppendFailure = Failure<
  | UploadUnavailable
  | "upload_completed"
  | "upload_is_final"
  | "upload_too_large"
  | "append_too_large"
  | "offset_mismatch"
  | "range_gap"
  | "length_mismatch"
  | "length_exceeded"
  | "length_below_offset"
  | "body_length_mismatch"
  | "checksum_mismatch"
  | "digest_mismatch"
  | "digest_conflict"
  | "content_type_refused"
  | "superseded"
  | "body_cut"
  | "storage_unavailable"
>;

export type QueryFailure = Failure<
  | UploadUnavailable
  | "length_mismatch"
  | "length_below_offset"
  | "upload_too_large"
  | "digest_mismatch"
  | "digest_conflict"
  | "content_type_refused"
>;

/** One resumable transfer. Every method is safe to call again. */
export interface UploadSession {
  /** Creates it; the same spec again changes nothing. */
  open(spec: UploadSpec, handleHash: string, requestId: RequestId): Promise<UploadProgress>;
  /** Where it stands, without touching a running writer. */
  look(access: Access): Promise<Result<UploadProgress, Failure<"upload_not_found">>>;
  /** The same with every stored range: up to 10,000 rows are read for it. */
  view(access: Access): Promise<Result<UploadView, Failure<"upload_not_found">>>;
  query(command: QueryCommand): Promise<Result<UploadProgress, QueryFailure>>;
  /** Reads `body` to its end, or drains what it refuses (bounded) so that the refusal reaches the sender. */
  append(command: AppendCommand, body: ReadableStream<Uint8Array> | null): Promise<Result<UploadProgress, AppendFailure>>;
  /** Goes through with an upload that has every byte; waits at most `waitMs` and may return it still `completing`. */
  complete(command: CompleteCommand): Promise<Result<UploadProgress, QueryFailure | Failure<"storage_unavailable">>>;
  cancel(command: CancelCommand): Promise<Result<UploadProgress, Failure<UploadUnavailable | "upload_completed" | "upload_in_progress">>>;
  /** Lets one more handle in. */
  admitHandle(access: Access, handleHash: string): Promise<Result<UploadProgress, Failure<UploadUnavailable>>>;
  /** The object of a completed partial of this creator, for the final that joins it; null for anything else. */
  source(creatorId: CreatorId): Promise<{ readonly key: string; readonly size: number } | null>;
  /** A partial has been used by a final: it is kept no longer than an hour. */
  retire(creatorId: CreatorId): Promise<void>;
  /** What an alarm may have missed: expires, retries, and writes its rows again, the asset's too. For the hourly sweep and a resync. */
  sweep(): Promise<UploadProgress | null>;
}

/** The session of an upload id; nothing is stored by asking for it. */
export interface UploadSessions {
  get(id: UploadId): UploadSession;
}
