import type { Result } from "#domain/result.ts";
import type { Found } from "#domain/uploads/intake.ts";
import type { AppendFailure, QueryFailure, UploadProgress } from "#domain/uploads/upload-session.ts";
import type { Exchange } from "#api/dialects/exchange.ts";
import type { Delivery, Question } from "./store-request.ts";

/** Puts the body where it belongs. What is stored already is skipped, be it the last range of an upload that is complete. */
export function deliver(
  { intake, context }: Exchange,
  { access, session }: Found,
  { start, end, length, final, declared, checksum, body }: Delivery,
): Promise<Result<UploadProgress, AppendFailure>> {
  return session.append(
    {
      requestId: context.requestId,
      access,
      at: { kind: "range", start, end },
      length,
      final,
      holds: false,
      bodyBytes: body.bytes,
      maxAppendBytes: intake.limits.maxAppendBytes,
      checksum,
      declared,
    },
    body.stream,
  );
}

/** The body of a question is empty, or chunked and nothing that was asked for. */
export async function ask(
  exchange: Exchange,
  { access, session }: Found,
  { length, declared }: Question,
): Promise<Result<UploadProgress, QueryFailure>> {
  await exchange.drain();
  return session.query({ requestId: exchange.context.requestId, access, length, declared, holds: false });
}
