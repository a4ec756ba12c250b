import type { Failure, FailureCode } from "#domain/failures.ts";
import { publicOrigin, type ApiContext } from "./context.ts";
import { PROBLEMS, type ProblemRow } from "./problem-table.ts";

/** One thing that is wrong with a request, by JSON pointer (RFC 6901). */
export type ProblemError = { readonly pointer: string; readonly code: string; readonly detail: string };

/** Members that RFC 9457 or we have given a meaning: evidence never takes their place. */
const RESERVED = new Set([
  "code",
  "type",
  "title",
  "status",
  "detail",
  "instance",
  "request_id",
  "retryable",
  "retry_after",
  "errors",
  "violations",
  "body",
  "content_type",
]);

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** What the failure carries, as further members. */
const evidence = (failure: Failure): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(failure)
      .map(([name, value]) => [snakeCase(name), value] as const)
      .filter(([name]) => !RESERVED.has(name)),
  );

/** Handles are capabilities: an answer that may be kept or shown does not repeat one. */
const instanceOf = (c: ApiContext): string => new URL(c.req.url).pathname.replace(/(upl_[0-9a-z]{26})\.[^/]+/, "$1");

function headersFor(failure: Failure, retryAfter: number | undefined): Record<string, string> {
  const headers: Record<string, string> = { "Content-Type": "application/problem+json", "Cache-Control": "no-store" };
  if (retryAfter !== undefined) headers["Retry-After"] = String(retryAfter);
  if (failure.code === "unauthorized") headers["WWW-Authenticate"] = 'Bearer realm="sluice"';
  if (failure.code === "rate_limited") {
    // The counters say no more than that it was too many; when the window began only they know.
    headers["RateLimit"] = `"${failure.policy}";r=0;t=${failure.windowSeconds}`;
    headers["RateLimit-Policy"] = `"${failure.policy}";q=${failure.quota};w=${failure.windowSeconds}`;
  }
  if (failure.code === "method_not_allowed") headers["Allow"] = failure.allow.join(", ");
  if (failure.code === "range_not_satisfiable") headers["Content-Range"] = `bytes */${failure.size}`;
  return headers;
}

/** The table's types pair each code with its own failure, which the compiler can't follow through an index. */
const detailOf = (failure: Failure): string => (PROBLEMS[failure.code].detail as (failure: Failure) => string)(failure);

/**
 * `application/problem+json` (RFC 9457); what the application refused is passed on in its own words. `registered` is what a type
 * that IANA knows says in place of ours, and beside it.
 */
export function problem(
  c: ApiContext,
  failure: Failure,
  errors?: readonly ProblemError[],
  registered: Readonly<Record<string, unknown>> = {},
): Response {
  c.set("failureCode", failure.code);
  if (failure.code === "application_refused") return relayed(failure);
  const {
    status,
    title,
    retryable,
    retryAfter,
  }: Pick<ProblemRow<FailureCode>, "status" | "title" | "retryable" | "retryAfter"> = PROBLEMS[failure.code];
  const wrong = errors ?? (failure.code === "video_refused" ? failure.violations : undefined);
  const body = {
    type: `${publicOrigin(c)}/docs/problems#${failure.code}`,
    title,
    status,
    detail: detailOf(failure),
    instance: instanceOf(c),
    code: failure.code,
    request_id: c.var.requestId,
    retryable,
    ...(retryAfter === undefined ? {} : { retry_after: retryAfter }),
    ...(wrong === undefined ? {} : { errors: wrong }),
    ...evidence(failure),
    ...registered,
  };
  return new Response(JSON.stringify(body), { status, headers: headersFor(failure, retryAfter) });
}

function relayed({ status, body, contentType }: Failure<"application_refused">): Response {
  const empty = body === "";
  return new Response(empty ? null : body, {
    status,
    headers: { "Cache-Control": "no-store", ...(empty ? {} : { "Content-Type": contentType ?? "text/plain; charset=utf-8" }) },
  });
}
