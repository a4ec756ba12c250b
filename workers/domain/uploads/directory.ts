import type { Failure } from "#domain/failures.ts";
import type { AssetId, CreatorId, UploadId } from "#domain/ids.ts";
import type { Look } from "#domain/media/media-info.ts";
import type { Page, PageRequest } from "#domain/page.ts";
import type { Result } from "#domain/result.ts";
import type { UploadKind, UploadProgress, UploadStatus } from "./upload-session.ts";

/** What an upload of unknown length counts as until more has come: 1 GiB. */
export const UNKNOWN_LENGTH_RESERVES_BYTES = 1024 ** 3;

/** A completed upload is found by its name for as long. */
export const NAME_KEPT_MS = 7 * 24 * 60 * 60_000;

/** A row that no session has confirmed by then may belong to none. */
export const UNCONFIRMED_MS = 60 * 60_000;

/** How an upload is listed: the owner's last word that has reached the directory. */
export type ListedUpload = {
  readonly id: UploadId;
  readonly creatorId: CreatorId;
  readonly kind: UploadKind;
  readonly status: UploadStatus;
  readonly filename: string;
  readonly contentType: string | null;
  readonly length: number | null;
  readonly offset: number;
  readonly externalId: string | null;
  readonly atomId: string | null;
  readonly assetId: AssetId | null;
  readonly failureCode: string | null;
  readonly look: Look | null;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly finishedAt: number | null;
};

/** Room for an upload that its session is about to open. */
export type Reservation = {
  readonly id: UploadId;
  readonly creatorId: CreatorId;
  readonly kind: UploadKind;
  readonly name: string | null;
  readonly filename: string;
  readonly contentType: string | null;
  readonly length: number | null;
  readonly externalId: string | null;
  readonly atomId: string | null;
  readonly now: number;
  readonly expiresAt: number;
};

export type ReservationGuards = {
  readonly maxOpenUploads: number;
  readonly maxOpenBytes: number;
  readonly idempotency: { readonly scopeHash: string; readonly fingerprint: string; readonly expiresAt: number } | null;
};

export type ReservationFailure = Failure<
  | "uploads_paused"
  | "creator_suspended"
  | "too_many_open_uploads"
  | "too_many_open_bytes"
  | "already_exists"
  | "upload_in_progress"
  | "external_id_taken"
  | "idempotency_key_reused"
>;

export type UploadFilter = { readonly status: UploadStatus | null; readonly externalId: string | null };

export type DueUpload = { readonly id: UploadId; readonly creatorId: CreatorId; readonly dueAt: number };

export interface UploadDirectory {
  /** All guards and the row in one transaction. `replayed`: the idempotency key has been used for this very upload. */
  reserve(
    reservation: Reservation,
    guards: ReservationGuards,
  ): Promise<Result<{ readonly id: UploadId; readonly replayed: boolean }, ReservationFailure>>;
  /** The open upload of this name, or the one that was completed at `completedSince` or later. */
  byName(creatorId: CreatorId, name: string, completedSince: number): Promise<UploadId | null>;
  /** What the owner says, unless something newer is known. */
  put(progress: UploadProgress): Promise<void>;
  /** Oldest first, of one creator or of all: for a walk over everything. */
  following(creatorId: CreatorId | null, after: UploadId | null, limit: number): Promise<readonly UploadId[]>;
  /** Whoever's it is: for operators. */
  find(id: UploadId): Promise<ListedUpload | null>;
  list(creatorId: CreatorId, filter: UploadFilter, page: PageRequest<UploadId>): Promise<Page<ListedUpload>>;
  /** Open uploads whose session has to be asked before `before`: their time is over, or none has told of them within the hour. Longest over first. */
  due(before: number, after: DueUpload | null, limit: number): Promise<readonly DueUpload[]>;
  /** Expires a row that no session stands behind, and frees its idempotency key. */
  expireOrphan(upload: DueUpload, now: number): Promise<void>;
  /** How many idempotency keys were forgotten, at most `limit`. */
  forgetIdempotency(now: number, limit: number): Promise<number>;
}

export const reservedBytes = (length: number | null, storedBytes: number): number =>
  length ?? Math.max(UNKNOWN_LENGTH_RESERVES_BYTES, storedBytes);
