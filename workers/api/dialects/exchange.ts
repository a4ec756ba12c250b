import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { Intake, RequestContext } from "#domain/uploads/intake.ts";
import { nonNegativeInteger } from "#api/headers/integer.ts";

/** One request as the dialects see it. */
export type Exchange = {
  readonly request: Request;
  readonly url: URL;
  /** Scheme and authority of the URLs that are handed out. */
  readonly origin: string;
  readonly intake: Intake;
  readonly context: RequestContext;
  /** Reads off a body that nobody wants, within bounds, so that the sender gets to read the answer. That of a refusal is the app's. */
  drain(): Promise<void>;
  /** `application/problem+json`; `registered`: members of a problem type that is registered with IANA. */
  problem(failure: Failure, registered?: Readonly<Record<string, unknown>>): Response;
  /** Epoch milliseconds. */
  now(): number;
};

/** A request for the upload that `handle` opens. */
export type UploadExchange = Exchange & { readonly handle: string };

/** A request for the upload that its creator calls `name`. */
export type NamedExchange = Exchange & { readonly name: string };

/** `bytes` is null when the body is chunked and its end alone tells its length. */
export type IncomingBody = { readonly bytes: number | null; readonly stream: ReadableStream<Uint8Array> | null };

/** The body and its announced length, refused unread when it announces more than one request may carry. */
export function incomingBody({ request, intake }: Exchange): Result<IncomingBody, Failure<"invalid_header" | "append_too_large">> {
  const text = request.headers.get("Content-Length");
  if (text === null) return ok(request.body === null ? { bytes: 0, stream: null } : { bytes: null, stream: request.body });
  const bytes = nonNegativeInteger("Content-Length", text);
  if (!bytes.ok) return bytes;
  if (bytes.value > intake.limits.maxAppendBytes) return err({ code: "append_too_large", maxBytes: intake.limits.maxAppendBytes });
  return ok({ bytes: bytes.value, stream: bytes.value === 0 ? null : request.body });
}

/** The refusal with what the dialect adds to it, once the rest of the body is out of the way. */
export function refusal(
  exchange: Exchange,
  failure: Failure,
  shape: { status?: number; headers?: Readonly<Record<string, string>>; registered?: Readonly<Record<string, unknown>> },
): Response {
  const problem = exchange.problem(failure, shape.registered);
  const headers = new Headers(problem.headers);
  for (const [name, value] of Object.entries(shape.headers ?? {})) headers.set(name, value);
  headers.set("Cache-Control", "no-store");
  return new Response(problem.body, { status: shape.status ?? problem.status, headers });
}
