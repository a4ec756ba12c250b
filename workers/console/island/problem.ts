import { fieldsOf, flagIn, parsedJson, textIn, type Fields } from "./fields.ts";

/** A refusal of ours (RFC 9457). */
export type Problem = {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly retryable: boolean;
  readonly requestId: string | null;
  readonly fields: Fields;
};

/** Null when it is nobody's problem+json but some machine's in between. */
export function problemIn(status: number, contentType: string | null, text: string): Problem | null {
  if (contentType?.toLowerCase().startsWith("application/problem+json") !== true) return null;
  const fields = fieldsOf(parsedJson(text));
  const code = fields === null ? null : textIn(fields, "code");
  if (fields === null || code === null) return null;
  return {
    code,
    status,
    title: textIn(fields, "title") ?? code,
    detail: textIn(fields, "detail") ?? "",
    retryable: flagIn(fields, "retryable"),
    requestId: textIn(fields, "request_id"),
    fields,
  };
}

/** Seconds, or a date, as milliseconds from now. */
export function retryAfterMs(field: string | null, now: number): number | null {
  if (field === null) return null;
  if (/^\d+$/.test(field)) return Number(field) * 1000;
  const at = Date.parse(field);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

/** `Range: bytes=0-N` of what is stored; none of an empty upload. */
export function storedIn(range: string | null): number {
  const last = /^bytes=0-(\d+)$/.exec(range ?? "")?.[1];
  return last === undefined ? 0 : Number(last) + 1;
}
