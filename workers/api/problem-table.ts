import type { Failure, FailureCode } from "#domain/failures.ts";
import { RATE_WINDOW } from "#domain/operators/rates.ts";

export type ProblemRow<C extends FailureCode> = {
  readonly status: ProblemStatus;
  readonly title: string;
  /** The same request may succeed later, or after the offset has been asked for. */
  readonly retryable: boolean;
  /** Seconds. */
  readonly retryAfter?: number;
  readonly detail: (failure: Failure<C>) => string;
};

export type ProblemStatus = 400 | 401 | 403 | 404 | 405 | 409 | 410 | 411 | 412 | 413 | 415 | 416 | 422 | 428 | 429 | 500 | 503;

const row = (status: ProblemStatus, title: string, retryable = false, retryAfter?: number) => ({
  status,
  title,
  retryable,
  ...(retryAfter === undefined ? {} : { retryAfter }),
});

const bytes = (count: number): string => `${count} bytes`;

/** Every failure as HTTP knows it: the only place in which a failure gets a status. */
export const PROBLEMS = {
  invalid_request: { ...row(400, "The request can't be read"), detail: (f) => f.detail },
  invalid_header: { ...row(400, "A header can't be read"), detail: (f) => `${f.header}: ${f.detail}` },
  missing_header: { ...row(400, "A header is missing"), detail: (f) => `${f.header} is required here.` },
  length_required: { ...row(411, "A length is required"), detail: () => "Send Content-Length." },
  invalid_json: { ...row(400, "The body is not JSON"), detail: (f) => f.detail },
  invalid_cursor: {
    ...row(400, "The cursor is not one of ours"),
    detail: () => "Use next_cursor of the page before, with the same filters; for events also the cursor of any of them.",
  },
  unsupported_media_type: {
    ...row(415, "The media type is not supported"),
    detail: (f) => `Expected Content-Type ${f.expected}${f.received === null ? "" : `, received ${f.received}`}.`,
  },
  method_not_allowed: { ...row(405, "The method is not allowed here"), detail: (f) => `Allowed: ${f.allow.join(", ")}.` },
  not_found: { ...row(404, "There is nothing here"), detail: () => "No such path." },

  unauthorized: { ...row(401, "Who is asking is not known"), detail: (f) => f.detail },
  forbidden: { ...row(403, "The key may not do this"), detail: (f) => `This needs the scope ${f.scope}.` },
  cross_site: { ...row(403, "Another site sent this"), detail: () => "Orders to the service are taken from its own pages, or with a key." },
  application_refused: { ...row(403, "The application refused"), detail: (f) => `The application answered ${f.status}.` },
  application_unreachable: { ...row(503, "The application can't be asked", true, 5), detail: (f) => f.detail },

  upload_too_large: {
    ...row(413, "The upload is too large"),
    detail: (f) => `An upload may have ${bytes(f.maxBytes)}${f.receivedBytes === null ? "" : `, this one has ${bytes(f.receivedBytes)}`}.`,
  },
  append_too_large: {
    ...row(413, "The request carries too much"),
    detail: (f) => `One request may carry ${bytes(f.maxBytes)}: send the rest in further ones.`,
  },
  rate_limited: {
    ...row(429, "Too many requests", true, RATE_WINDOW),
    detail: (f) => `At most ${f.quota} within ${f.windowSeconds} seconds: wait, then go on.`,
  },
  uploads_paused: { ...row(503, "New uploads are paused", true, 300), detail: (f) => `${f.reason} What is open goes on.` },
  creator_suspended: { ...row(403, "This creator may not upload now"), detail: (f) => f.reason },
  too_many_open_uploads: {
    ...row(429, "Too many uploads are open", true, 60),
    detail: (f) => `${f.limit} uploads may be open at once: finish or cancel one.`,
  },
  too_many_open_bytes: {
    ...row(429, "The open uploads are too large together", true, 60),
    detail: (f) => `Open uploads may have ${bytes(f.limit)} together, ${bytes(f.reserved)} are taken: finish or cancel one.`,
  },
  content_type_refused: {
    ...row(415, "The content is of a type that is not accepted"),
    detail: (f) => `The content shows ${f.detected}; accepted: ${f.accepted.join(", ")}.`,
  },
  already_exists: { ...row(409, "There is one of that name already"), detail: (f) => `${f.uploadId} has been completed under this name.` },
  upload_in_progress: {
    ...row(409, "There is one of that name in progress", true),
    detail: (f) => `${f.uploadId} is open: go on with it or cancel it.`,
  },
  precondition_failed: { ...row(412, "A precondition does not hold"), detail: (f) => f.detail },
  external_id_taken: {
    ...row(409, "The external id is taken"),
    detail: (f) => `There is one with the external_id ${JSON.stringify(f.externalId)} already.`,
  },
  idempotency_key_reused: {
    ...row(422, "The idempotency key belongs to another request"),
    detail: () => "This Idempotency-Key came with another body before: take a new one.",
  },

  upload_not_found: { ...row(404, "There is no such upload"), detail: () => "No such upload." },
  upload_gone: { ...row(410, "The upload is gone"), detail: (f) => `The upload has been ${f.status}.` },
  upload_failed: { ...row(422, "The upload has failed"), detail: (f) => `The upload has failed (${f.reason}): begin a new one.` },
  upload_completed: { ...row(409, "The upload is complete"), detail: (f) => `${f.uploadId} is complete and takes nothing more.` },
  offset_mismatch: {
    ...row(409, "The offset is another", true),
    detail: (f) => `The upload goes on at ${f.expected}, the request at ${f.received}.`,
  },
  range_gap: {
    ...row(409, "The range leaves a gap", true),
    detail: (f) =>
      `The upload goes on at ${f.expected}, the range begins at ${f.received}; ahead of that only multiples of ${f.partBytes}.`,
  },
  length_mismatch: {
    ...row(400, "The length contradicts an earlier one"),
    detail: (f) => `The upload has ${bytes(f.expected)}, the request says ${f.received}.`,
  },
  length_exceeded: { ...row(400, "There is more than announced"), detail: (f) => `The upload was announced with ${bytes(f.length)}.` },
  length_below_offset: {
    ...row(400, "The length is less than what is stored"),
    detail: (f) => `${bytes(f.offset)} are stored, the request says ${f.length} in all.`,
  },
  body_length_mismatch: {
    ...row(400, "The body is not as long as announced"),
    detail: (f) => `Announced were ${bytes(f.expected)}, received ${f.received}.`,
  },
  checksum_mismatch: {
    ...row(400, "The checksum does not match", true),
    detail: (f) => `The ${f.algorithm} of this body is another: send it again.`,
  },
  checksum_unsupported: {
    ...row(400, "The checksum's algorithm is not supported"),
    detail: (f) => `${f.algorithm} is not supported; these are: ${f.supported.join(", ")}.`,
  },
  digest_mismatch: {
    ...row(422, "The file is not the one that was declared"),
    detail: (f) => `Declared ${f.algorithm} ${f.expected}, received ${f.received}. Nothing was published: upload it again.`,
  },
  digest_conflict: {
    ...row(409, "The digest contradicts an earlier one"),
    detail: (f) => `${f.algorithm} was declared as ${f.declared}, now as ${f.received}.`,
  },
  superseded: {
    ...row(409, "A newer request has taken over", true),
    detail: (f) => `A newer request goes on with this upload; it is at ${f.offset}.`,
  },
  body_cut: { ...row(400, "The body was cut", true), detail: (f) => `The body ended early; ${bytes(f.offset)} are stored.` },
  storage_unavailable: {
    ...row(503, "The storage can't take more now", true, 1),
    detail: (f) => `${bytes(f.offset)} are stored: go on from there.`,
  },

  concatenation_invalid: { ...row(400, "The parts can't be joined"), detail: (f) => f.detail },
  upload_is_final: {
    ...row(403, "A joined upload takes no bytes"),
    detail: () => "This upload is joined from others and takes no bytes of its own.",
  },

  asset_not_found: { ...row(404, "There is no such asset"), detail: () => "No such asset." },
  asset_gone: { ...row(410, "The asset is gone"), detail: () => "The asset has been deleted." },
  range_not_satisfiable: { ...row(416, "There is nothing in this range"), detail: (f) => `The content has ${bytes(f.size)}.` },

  webhook_not_found: { ...row(404, "There is no such webhook"), detail: () => "No such webhook." },
  webhook_url_refused: { ...row(422, "The URL can't be sent to"), detail: (f) => f.detail },
  webhook_disabled: { ...row(409, "The webhook is disabled"), detail: (f) => `The webhook is disabled (${f.reason}): enable it first.` },
  too_many_webhooks: {
    ...row(409, "There are as many webhooks as there may be"),
    detail: (f) => `A creator may have ${f.limit} webhooks: delete one.`,
  },
  callback_not_configured: {
    ...row(409, "There is no completion callback"),
    detail: () => "No completion callback is configured: there is nowhere to send it.",
  },
  delivery_not_found: { ...row(404, "There is no such delivery"), detail: () => "No such delivery, or none that is still kept." },
  precondition_required: {
    ...row(428, "A precondition is required"),
    detail: (f) => `Send ${f.header} with the ETag that you have read, so that nobody's change is lost.`,
  },

  destination_not_found: { ...row(404, "There is no such destination"), detail: () => "No such destination." },
  connection_not_found: { ...row(404, "There is no such connection"), detail: () => "No such connection." },
  video_refused: {
    ...row(422, "The destination does not take this video"),
    detail: (f) => f.violations.map(({ pointer, detail }) => `${pointer}: ${detail}`).join(" "),
  },
  connection_unusable: {
    ...row(409, "The connection can't be used"),
    detail: (f) => `The connection is ${f.status}: connect the channel again.`,
  },
  delivery_too_late: {
    ...row(409, "It is too late for this"),
    detail: (f) => `The delivery is ${f.status}: what has left can't be called back.`,
  },
  delivery_not_failed: {
    ...row(409, "The delivery has not failed"),
    detail: (f) => `The delivery is ${f.status}; only what has failed is tried again.`,
  },
  delivery_replaced: {
    ...row(409, "The delivery has been replaced"),
    detail: (f) => `The asset has been sent there anew since, as ${f.deliveryId}.`,
  },
  delivery_not_unknown: {
    ...row(409, "There is nothing to decide"),
    detail: (f) => `The delivery is ${f.status}; only an unknown outcome is for a person to decide.`,
  },
  youtube_not_configured: {
    ...row(503, "YouTube is not set up here"),
    detail: () => "This service has no project at Google yet: its operator has to set GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET.",
  },
  return_to_refused: { ...row(422, "Nobody is sent there"), detail: (f) => f.detail },

  key_not_found: { ...row(404, "There is no such key"), detail: () => "No such key." },
  switch_not_found: { ...row(404, "There is no such switch, or it is on"), detail: () => "Nothing of that name is turned off." },
  creator_not_found: { ...row(404, "There is no such creator"), detail: () => "No such creator." },

  too_many_listeners: {
    ...row(429, "Too many listen already", true, 60),
    detail: (f) => `${f.limit} streams may be open at once: close one.`,
  },

  service_unavailable: { ...row(503, "The service is not ready", true, 5), detail: (f) => f.detail },
  internal: { ...row(500, "Something went wrong on our side", true), detail: () => "The request id finds what happened in our logs." },
} as const satisfies { [C in FailureCode]: ProblemRow<C> };
