/**
 * Everything that can be refused, each arm with its evidence. HTTP knows them in one table
 * (`workers/api/problem-table.ts`); a function's type names only the arms that it can produce.
 */
export type FailureArms = {
  // Requests that can't be read
  invalid_request: { detail: string; pointer?: string };
  invalid_header: { header: string; detail: string };
  missing_header: { header: string };
  length_required: object;
  invalid_json: { detail: string };
  invalid_cursor: object;
  unsupported_media_type: { received: string | null; expected: string };
  method_not_allowed: { allow: readonly string[] };
  not_found: object;

  // Who is asking
  unauthorized: { detail: string };
  forbidden: { scope: string };
  /** A browser was made to send it by a page of somebody else. */
  cross_site: object;
  application_refused: { status: number; body: string; contentType: string | null };
  application_unreachable: { detail: string };

  // Creating
  upload_too_large: { maxBytes: number; receivedBytes: number | null };
  append_too_large: { maxBytes: number };
  rate_limited: { policy: string; quota: number; windowSeconds: number };
  uploads_paused: { reason: string };
  creator_suspended: { reason: string };
  too_many_open_uploads: { limit: number };
  too_many_open_bytes: { limit: number; reserved: number };
  content_type_refused: { detected: string; accepted: readonly string[] };
  already_exists: { uploadId: string };
  upload_in_progress: { uploadId: string };
  precondition_failed: { detail: string };
  external_id_taken: { externalId: string };
  idempotency_key_reused: object;

  // Writing
  upload_not_found: object;
  upload_gone: { status: "cancelled" | "expired" };
  upload_failed: { reason: string };
  upload_completed: { uploadId: string };
  offset_mismatch: { expected: number; received: number };
  range_gap: { expected: number; received: number; partBytes: number };
  length_mismatch: { expected: number; received: number };
  length_exceeded: { length: number };
  length_below_offset: { length: number; offset: number };
  body_length_mismatch: { expected: number; received: number };
  checksum_mismatch: { algorithm: string };
  checksum_unsupported: { algorithm: string; supported: readonly string[] };
  digest_mismatch: { algorithm: string; expected: string; received: string };
  digest_conflict: { algorithm: string; declared: string; received: string };
  superseded: { offset: number };
  body_cut: { offset: number };
  /** Bytes of this request could not be stored now; what is acknowledged stays. */
  storage_unavailable: { offset: number };

  // Concatenation
  concatenation_invalid: { detail: string };
  upload_is_final: object;

  // Assets
  asset_not_found: object;
  asset_gone: object;
  range_not_satisfiable: { size: number };

  // Webhooks
  webhook_not_found: object;
  webhook_url_refused: { reason: string; detail: string };
  webhook_disabled: { reason: string };
  too_many_webhooks: { limit: number };
  delivery_not_found: object;
  callback_not_configured: object;
  precondition_required: { header: string };

  // Publishing
  destination_not_found: object;
  connection_not_found: object;
  /** What the destination's peer would not take, all of it at once. */
  video_refused: { violations: readonly { readonly pointer: string; readonly code: string; readonly detail: string }[] };
  connection_unusable: { status: string };
  delivery_too_late: { status: string };
  delivery_not_failed: { status: string };
  delivery_replaced: { deliveryId: string };
  delivery_not_unknown: { status: string };
  youtube_not_configured: object;
  return_to_refused: { detail: string };

  // Keys and operators
  key_not_found: object;
  creator_not_found: object;
  switch_not_found: object;

  // Listening
  too_many_listeners: { limit: number };

  // Outside of anybody's request
  service_unavailable: { detail: string };
  internal: object;
};

export type FailureCode = keyof FailureArms;

/** One failure, or a union of them: `Failure<"offset_mismatch" | "upload_gone">`. */
export type Failure<C extends FailureCode = FailureCode> = { [K in C]: { readonly code: K } & Readonly<FailureArms[K]> }[C];
