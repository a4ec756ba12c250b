import type { Log, LogFields } from "#domain/log.ts";

type Level = "info" | "warn" | "error";
export type Sink = (level: Level, line: string) => void;

const FIELDS = [
  "request_id",
  "method",
  "route",
  "status",
  "duration_ms",
  "code",
  "upload_id",
  "asset_id",
  "creator_id",
  "key_id",
  "event_id",
  "webhook_id",
  "delivery_id",
  "account",
  "connection_id",
  "message_type",
  "duty",
  "phase",
  "project",
  "attempt",
  "count",
  "bytes",
] as const satisfies readonly Exclude<keyof LogFields, "cause">[];

/** Access tokens, refresh tokens, authorization codes and client secrets, by how each begins. */
const GOOGLE = [/\b(ya29\.)[\w.-]+/g, /(?<![\w/])(1\/\/)[\w-]{16,}/g, /(?<![\w/])(4\/0)[\w-]{16,}/g, /\b(GOCSPX-)[\w-]+/g];

/** Text from outside (an exception's message) may quote a handle, a key or a header. */
const SECRETS = [/(upl_[0-9a-z]{26})\.[\w-]+/g, /(key_[0-9a-z]{26})_[\w-]+/g, /(Bearer )[\w.~+/=-]+/gi, /(whsec_)[\w+/=]+/g, ...GOOGLE];
const redacted = (text: string): string => SECRETS.reduce((known, secret) => known.replace(secret, "$1…"), text);

const MAX_TEXT = 2000;

function describeCause(cause: unknown): { name: string; message: string; stack?: string } {
  if (!(cause instanceof Error)) return { name: typeof cause, message: redacted(String(cause)).slice(0, MAX_TEXT) };
  const { name, message, stack } = cause;
  return {
    name,
    message: redacted(message).slice(0, MAX_TEXT),
    ...(stack === undefined ? {} : { stack: redacted(stack).slice(0, MAX_TEXT) }),
  };
}

const toConsole: Sink = (level, line) => console[level](line);

/** JSON lines of the fields that `LogFields` names, whatever else an object may carry. */
export function jsonLog(sink: Sink = toConsole, context: LogFields = {}): Log {
  const write = (level: Level, event: string, fields: LogFields = {}): void => {
    const merged = { ...context, ...fields };
    const line: Record<string, unknown> = { level, event, request_id: merged.request_id ?? null };
    for (const field of FIELDS) if (merged[field] !== undefined) line[field] = merged[field];
    if (merged.cause !== undefined) line["cause"] = describeCause(merged.cause);
    sink(level, JSON.stringify(line));
  };
  return {
    with: (fields) => jsonLog(sink, { ...context, ...fields }),
    info: (event, fields) => write("info", event, fields),
    warn: (event, fields) => write("warn", event, fields),
    error: (event, fields) => write("error", event, fields),
  };
}
