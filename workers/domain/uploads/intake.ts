import type { Term } from "#domain/assets/asset.ts";
import type { Failure } from "#domain/failures.ts";
import type { CreatorId, RequestId, UploadId } from "#domain/ids.ts";
import type { Sender } from "#domain/operators/rates.ts";
import type { Result } from "#domain/result.ts";
import type { DigestAlgorithm, Digests } from "./digests.ts";
import type { Access, QueryFailure, UploadKind, UploadProgress, UploadSession, UploadUnavailable } from "./upload-session.ts";

/** What a client asks for when it begins an upload, in whatever dialect. */
export type UploadDraft = {
  readonly kind: UploadKind;
  /** The partials of a `final`, in order, as handles. */
  readonly partials: readonly string[];
  readonly filename: string;
  /** Of `PUT /upload/{name}`: names at most one open upload of this creator. Null elsewhere. */
  readonly name: string | null;
  readonly contentType: string | null;
  readonly length: number | null;
  readonly declared: Digests;
  readonly alsoCompute: readonly DigestAlgorithm[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly tusMetadata: string | null;
  readonly tusConcat: string | null;
  readonly externalId: string | null;
  readonly atomId: string | null;
  /** The term of the asset; what is left out is the creator's. */
  readonly keep: Partial<Term>;
};

/** The request that carries an operation: its id for the logs, its `Authorization` for the application, its address to be counted; never stored. */
export type RequestContext = { readonly requestId: RequestId } & Sender;

export type Idempotency = { readonly key: string; readonly fingerprint: string };

export type Opened = {
  readonly upload: UploadProgress;
  /** `<upload id>.<secret>`: whoever holds it may go on with the upload. */
  readonly handle: string;
  readonly access: Access;
  readonly session: UploadSession;
  /** The answer to an `Idempotency-Key` that was used before. */
  readonly replayed: boolean;
};

export type ApplicationFailure = Failure<"application_refused" | "application_unreachable">;

export type OpenFailure =
  | ApplicationFailure
  | Failure<
      | "unauthorized"
      | "forbidden"
      | "rate_limited"
      | "uploads_paused"
      | "creator_suspended"
      | "upload_too_large"
      | "too_many_open_uploads"
      | "too_many_open_bytes"
      | "already_exists"
      | "upload_in_progress"
      | "external_id_taken"
      | "idempotency_key_reused"
      | "concatenation_invalid"
    >;

/** An upload that a request has named and may touch. */
export type Found = { readonly id: UploadId; readonly access: Access; readonly session: UploadSession };

/** One core for every dialect: who may, how much is free, which session. The dialects know headers and statuses, nothing else. */
export interface Intake {
  /** Settles who is asking (API key, or the application by its callback), reserves room, and opens the session. No byte is taken before. */
  open(draft: UploadDraft, context: RequestContext, idempotency: Idempotency | null): Promise<Result<Opened, OpenFailure>>;
  /** By handle. Null when it has not the form of one; whether it is known the session says. */
  byHandle(handle: string): Promise<Found | null>;
  /**
   * By name, for its creator. `application_*` here: who the caller is could not be settled.
   * `upload_not_found` when this creator has none of that name that is open or completed within the last seven days.
   */
  byName(
    name: string,
    context: RequestContext,
  ): Promise<Result<Found, ApplicationFailure | Failure<"unauthorized" | "forbidden" | "upload_not_found">>>;
  /** Asks the application whether this caller may go on (remembered ≤ 60 s by the header's hash). True at once where none is configured. */
  mayResume(found: Found, context: RequestContext): Promise<Result<true, ApplicationFailure>>;
  /**
   * Takes an upload whose every byte is here over the line: asks the application afresh, then waits for assembly and digests.
   * What is not `awaitsCompletion` or `completing` is returned as it is.
   */
  settle(
    found: Found,
    progress: UploadProgress,
    context: RequestContext,
  ): Promise<Result<UploadProgress, ApplicationFailure | QueryFailure | Failure<"storage_unavailable">>>;
  /** One more handle for the same upload (a second device). */
  newHandle(found: Found, creatorId: CreatorId): Promise<Result<Opened, Failure<UploadUnavailable>>>;
  readonly limits: IntakeLimits;
}

export type IntakeLimits = {
  readonly maxUploadBytes: number;
  /** The most that one request should carry: what the edge lets through, less some room for headers. */
  readonly maxAppendBytes: number;
  readonly ttlMs: number;
  readonly maxOpenUploads: number;
  readonly maxOpenBytes: number;
  readonly acceptedTypes: readonly string[];
};
