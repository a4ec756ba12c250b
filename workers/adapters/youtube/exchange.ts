import { readBounded } from "#adapters/read-bounded.ts";

export type YouTubeOptions = {
  /** An origin: `https://www.googleapis.com`. */
  readonly url: string;
  readonly now: () => number;
  /** A pipe for so many bytes, whose readable end tells `fetch` their number: `FixedLengthStream` in workerd. */
  readonly sized: (bytes: number) => { readonly readable: ReadableStream; readonly writable: WritableStream<Uint8Array> };
  readonly send?: (request: Request) => Promise<Response>;
  readonly deadline?: (ms: number) => AbortSignal;
};

/** How long an answer may take. The last of an upload is the longest, when YouTube puts everything together. */
const TIMEOUT_MS = 60_000;
/** What is sent has this much more time. */
const SLOWEST_BYTES_PER_SECOND = 256 * 1024;
/** Fifty videos with everything that their owner may see are some hundred KiB. */
const MAX_REPLY_BYTES = 2 * 1024 * 1024;

/** Of a body that breaks off there is no text: what it says is not worth reading, its status is. */
export type Reply = { readonly status: number; readonly headers: Headers; readonly text: string };

/** No answer came. Whether the request had an effect is not known. */
export type Lost = { readonly status: null; readonly reason: "timed_out" | "unreachable" };

export type Asking = {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | { readonly bytes: number; readonly stream: ReadableStream<Uint8Array> };
  /** Whoever asks has no right to it any more. */
  readonly signal?: AbortSignal;
};

/** One request and its answer, of which a bounded part is read; throws nothing. A body streams: none of it is held. */
export async function exchange(options: YouTubeOptions, asking: Asking): Promise<Reply | Lost> {
  const { send = (request: Request) => fetch(request), deadline = (ms: number) => AbortSignal.timeout(ms) } = options;
  const { body } = asking;
  if (typeof body !== "object") return answered(send, asking, body, [deadline(TIMEOUT_MS)]);

  const time = deadline(TIMEOUT_MS + Math.ceil((body.bytes / SLOWEST_BYTES_PER_SECOND) * 1000));
  const over = new AbortController();
  const { readable, writable } = options.sized(body.bytes);
  // A source that fails takes the request with it.
  body.stream.pipeTo(writable, { signal: over.signal }).catch((cause: unknown) => over.abort(cause));
  const headers = { ...asking.headers, "Content-Length": String(body.bytes) };
  const reply = await answered(send, { ...asking, headers }, readable, [
    time,
    over.signal,
    ...(asking.signal === undefined ? [] : [asking.signal]),
  ]);
  // An answer that came early leaves a body that nobody reads any more.
  over.abort();
  return reply;
}

async function answered(
  send: (request: Request) => Promise<Response>,
  { method, url, headers }: Asking,
  body: string | ReadableStream | undefined,
  signals: AbortSignal[],
): Promise<Reply | Lost> {
  const init = {
    method,
    // 308 is no redirect here, and nothing that we send is for another address.
    redirect: "manual" as const,
    headers: { ...headers, "User-Agent": "Sluice" },
    signal: AbortSignal.any(signals),
    ...(body === undefined ? {} : { body, duplex: "half" as const }),
  };
  try {
    const response = await send(new Request(url, init));
    const text = await readBounded(response, MAX_REPLY_BYTES).catch(() => "");
    return { status: response.status, headers: response.headers, text };
  } catch (cause) {
    return { status: null, reason: cause instanceof Error && cause.name === "TimeoutError" ? "timed_out" : "unreachable" };
  }
}

export function jsonIn({ text }: Reply): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
