import { adviceFor, LOCAL_ADVICE, type Advice } from "./advice.ts";
import { fieldsIn, fieldsOf, flagIn, listIn, numberIn, parsedJson, textIn, type Fields } from "./fields.ts";
import { problemIn } from "./problem.ts";
import { readAsset, readUpload, type ListedAsset, type ListedUpload } from "./resources.ts";
import type { OpenUpload } from "./transfer.ts";

export type Answered<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };
/** `status` is null when nobody answered. */
export type Refusal = { readonly status: number | null; readonly retryable: boolean; readonly advice: Advice };
export type Page<T> = { readonly rows: readonly T[]; readonly next: string | null };

export type Draft = {
  readonly filename: string;
  readonly content_type?: string;
  readonly length: number;
  readonly metadata: Readonly<Record<string, string>>;
};

export type Client = ReturnType<typeof clientFor>;

const PAGE = 50;

/** Retryable, but only after somebody has done something: said in words instead of tried again and again. */
const FOR_SOMEBODY = new Set(["too_many_open_uploads", "too_many_open_bytes", "uploads_paused"]);

const UNREACHED: Refusal = {
  status: null,
  retryable: true,
  advice: {
    happened: "Sluice could not be reached.",
    done: "What is stored stays stored.",
    todo: "Check the connection; this page keeps trying.",
    code: "unreachable",
  },
};

/** The public API with one key. The key leaves this page in the `Authorization` header of requests to its own origin and in no other way. */
export function clientFor(key: string) {
  const ask = async (
    method: string,
    path: string,
    init: { body?: string; headers?: Record<string, string>; signal?: AbortSignal } = {},
  ) => {
    const { headers = {}, ...rest } = init;
    try {
      return await fetch(path, {
        method,
        ...rest,
        cache: "no-store",
        credentials: "omit",
        headers: { Authorization: `Bearer ${key}`, ...headers },
      });
    } catch (cause) {
      if (init.signal?.aborted === true) throw cause;
      return null;
    }
  };

  const answered = async <T>(reply: Response | null, read: (fields: Fields) => T | null): Promise<Answered<T>> => {
    if (reply === null) return { ok: false, refusal: UNREACHED };
    const text = await reply.text().catch(() => "");
    if (!reply.ok) return { ok: false, refusal: refusalOf(reply, text) };
    const fields = fieldsOf(parsedJson(text === "" ? "{}" : text));
    const value = fields === null ? null : read(fields);
    return value === null ? { ok: false, refusal: UNREACHED } : { ok: true, value };
  };

  const page = async <T>(path: string, cursor: string | null, row: (fields: Fields) => T | null): Promise<Answered<Page<T>>> => {
    const query = new URLSearchParams({ limit: String(PAGE), ...(cursor === null ? {} : { cursor }) });
    return answered(await ask("GET", `${path}?${query.toString()}`), (fields) => ({
      rows: listIn(fields, "data").flatMap((value) => row(fieldsOf(value) ?? new Map()) ?? []),
      next: flagIn(fields, "has_more") ? textIn(fields, "next_cursor") : null,
    }));
  };

  return {
    uploads: (cursor: string | null = null): Promise<Answered<Page<ListedUpload>>> => page("/v1/uploads", cursor, readUpload),
    assets: (cursor: string | null = null): Promise<Answered<Page<ListedAsset>>> => page("/v1/assets", cursor, readAsset),

    /** The same `attempt` opens the same upload, however often it is asked. */
    create: async (draft: Draft, attempt: string): Promise<Answered<OpenUpload>> =>
      answered(
        await ask("POST", "/v1/uploads", {
          body: JSON.stringify(draft),
          headers: { "Content-Type": "application/json", "Idempotency-Key": attempt },
        }),
        readOpen,
      ),
    /** One more way into an upload that is open, for this device. */
    reopen: async (id: string): Promise<Answered<{ readonly upload: OpenUpload; readonly fingerprint: string | null }>> =>
      answered(await ask("POST", `/v1/uploads/${id}/handle`), (fields) => {
        const upload = readOpen(fields);
        const metadata = fieldsIn(fields, "metadata");
        return upload === null ? null : { upload, fingerprint: metadata === null ? null : textIn(metadata, FINGERPRINT) };
      }),
    cancel: async (id: string): Promise<Answered<true>> => answered(await ask("DELETE", `/v1/uploads/${id}`), () => true),
    deleteAsset: async (id: string): Promise<Answered<true>> => answered(await ask("DELETE", `/v1/assets/${id}`), () => true),
    content: (id: string, signal: AbortSignal): Promise<Response | null> => ask("GET", `/v1/assets/${id}/content`, { signal }),
    events: (signal: AbortSignal): Promise<Response | null> =>
      ask("GET", "/v1/events/stream?progress=true", { signal, headers: { Accept: "text/event-stream" } }),
  };
}

/** Under this name the upload itself remembers what its file looked like, for other devices. */
export const FINGERPRINT = "fingerprint";

export function refusalOf(reply: Response, text: string): Refusal {
  const problem = problemIn(reply.status, reply.headers.get("Content-Type"), text);
  if (problem === null)
    return { status: reply.status, retryable: reply.status >= 500 || reply.status === 429, advice: LOCAL_ADVICE.not_ours(reply.status) };
  return { status: reply.status, retryable: problem.retryable && !FOR_SOMEBODY.has(problem.code), advice: adviceFor(problem) };
}

/** Only the path: the page and the API have one origin, whatever name the outside knows it by. */
function readOpen(fields: Fields): OpenUpload | null {
  const [id, url] = [textIn(fields, "id"), textIn(fields, "upload_url")];
  const [partBytes, maxAppendBytes] = [numberIn(fields, "part_bytes"), numberIn(fields, "max_append_bytes")];
  if (id === null || url === null || partBytes === null || maxAppendBytes === null || !URL.canParse(url)) return null;
  return { id, url: new URL(url).pathname, partBytes, maxAppendBytes };
}
