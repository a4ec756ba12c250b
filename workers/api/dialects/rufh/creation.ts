import { ok, type Result } from "#domain/result.ts";
import type { Opened } from "#domain/uploads/intake.ts";
import type { AppendFailure, UploadProgress } from "#domain/uploads/upload-session.ts";
import { abandon, isInterruption } from "#api/dialects/abandon.ts";
import { foundIn } from "#api/dialects/admission.ts";
import type { Exchange, NamedExchange } from "#api/dialects/exchange.ts";
import { isMediaType } from "#api/headers/media-type.ts";
import { PARTIAL_UPLOAD } from "#api/headers/rufh.ts";
import { locationOf } from "#api/dialects/locations.ts";
import { refuseRufh, rufhAnswer, standingOf } from "./answers.ts";
import { readCreation, type Creation } from "./creation-request.ts";
import { answerTaken } from "./outcome.ts";

/** The draft, "Upload Creation", by any method that carries content: careful (no bytes yet), with the first of them, or with all. */
export const creation = (exchange: Exchange): Promise<Response> => create(exchange, null);

/** The same at `/upload/{name}`. */
export const namedCreation = (exchange: NamedExchange): Promise<Response> => create(exchange, exchange.name);

async function create(exchange: Exchange, name: string | null): Promise<Response> {
  if (isAppend(exchange.request))
    return refuseRufh(exchange, { code: "invalid_request", detail: "an append goes to the URL of its upload" });
  const wanted = readCreation(exchange, name);
  if (!wanted.ok) return refuseRufh(exchange, wanted.error);
  const opened = await exchange.intake.open(wanted.value.draft, exchange.context, null);
  if (!opened.ok) return refuseRufh(exchange, opened.error);
  const headers = { Location: locationOf(exchange.origin, opened.value.handle) };

  const stored = await firstBytes(exchange, wanted.value, opened.value);
  if (stored.ok) {
    const { complete, holds, wanted: digests } = wanted.value;
    return answerTaken(exchange, foundIn(opened.value), stored.value, { complete, holds, wanted: digests, status: 201, headers });
  }
  if (!isInterruption(stored.error)) {
    await abandon(opened.value, exchange.context);
    return refuseRufh(exchange, stored.error);
  }
  // A client that sent the whole takes any success for the end of it.
  if (wanted.value.complete) return refuseRufh(exchange, stored.error, { headers });
  const kept = await opened.value.session.look(opened.value.access);
  return kept.ok ? rufhAnswer(201, { ...standingOf(exchange, kept.value), ...headers }) : refuseRufh(exchange, kept.error);
}

/** tus-js-client labels its creations too: by a POST they are nothing else. */
const isAppend = ({ method, headers }: Request): boolean =>
  method === "PATCH" && (headers.has("Upload-Offset") || isMediaType(headers.get("Content-Type"), PARTIAL_UPLOAD));

async function firstBytes(
  { intake, context }: Exchange,
  { draft, body, length, checksum, complete, holds }: Creation,
  { upload, access, session }: Opened,
): Promise<Result<UploadProgress, AppendFailure>> {
  if (body.stream === null && !complete && length === draft.length) return ok(upload);
  return session.append(
    {
      requestId: context.requestId,
      access,
      at: { kind: "exact", offset: 0 },
      length,
      final: complete,
      holds,
      bodyBytes: body.bytes,
      maxAppendBytes: intake.limits.maxAppendBytes,
      checksum,
      declared: {},
    },
    body.stream,
  );
}
