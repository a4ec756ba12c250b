import type { Failure } from "#domain/failures.ts";
import { ok, type Result } from "#domain/result.ts";
import type { Opened } from "#domain/uploads/intake.ts";
import type { AppendFailure, UploadProgress } from "#domain/uploads/upload-session.ts";
import { abandon, isInterruption } from "#api/dialects/abandon.ts";
import { foundIn } from "#api/dialects/admission.ts";
import type { Exchange } from "#api/dialects/exchange.ts";
import { locationOf } from "#api/dialects/locations.ts";
import { settled } from "#api/dialects/settlement.ts";
import { expiryOf, offsetOf, refuseTus, tusAnswer } from "./answers.ts";
import { readCreation, type Creation } from "./creation-request.ts";
import type { Operation } from "./operations.ts";

/** tus 1.0, POST: an upload, with its first bytes or without, a partial one, or one that joins partial ones. */
export const creation: Operation<Exchange> = {
  extensions: ["creation", "creation-with-upload", "creation-defer-length", "concatenation"],
  perform,
};

async function perform(exchange: Exchange): Promise<Response> {
  const wanted = readCreation(exchange);
  if (!wanted.ok) return refuseTus(exchange, wanted.error);
  const opened = await exchange.intake.open(wanted.value.draft, exchange.context, null);
  if (!opened.ok) return refuseTus(exchange, opened.error);

  const stored = await firstBytes(exchange, wanted.value, opened.value);
  if (!stored.ok) {
    await abandon(opened.value, exchange.context);
    return refuseTus(exchange, stored.error);
  }
  const location = { Location: locationOf(exchange.origin, opened.value.handle) };
  const progress = await settled(exchange, foundIn(opened.value), stored.value);
  if (!progress.ok) return refuseTus(exchange, progress.error, location);
  return tusAnswer(201, { ...location, ...offsetOf(progress.value), ...expiryOf(progress.value) });
}

/**
 * tus 1.0 creation-with-upload: "similar rules as for the PATCH request". A body that was interrupted is no reason to forget the
 * upload: its URL goes out with the offset up to which it got.
 */
async function firstBytes(
  { intake, context }: Exchange,
  { draft, body, checksum }: Creation,
  { upload, access, session }: Opened,
): Promise<Result<UploadProgress, AppendFailure | Failure<"upload_not_found">>> {
  if (body.stream === null) return ok(upload);
  const appended = await session.append(
    {
      requestId: context.requestId,
      access,
      at: { kind: "exact", offset: 0 },
      length: draft.length,
      final: false,
      holds: false,
      bodyBytes: body.bytes,
      maxAppendBytes: intake.limits.maxAppendBytes,
      checksum,
      declared: {},
    },
    body.stream,
  );
  return appended.ok || !isInterruption(appended.error) ? appended : session.look(access);
}
