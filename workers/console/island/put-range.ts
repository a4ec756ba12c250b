import type { RangeRequest } from "./transfer.ts";
import type { Reply } from "./reply.ts";

/** No byte has moved for this long: the connection is dead, whatever the system thinks. */
const STALLED_MS = 30_000;
/** Every byte has left; the answer may wait for the storage, or for the whole to be put together. */
const ANSWER_MS = 120_000;

/** One `PUT` of a range, or of the question. `fetch` can't tell whether bytes still move, so it is an XMLHttpRequest. */
export function putRange(url: string, { contentRange, body, digest }: RangeRequest, signal: AbortSignal): Promise<Reply> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    let timer = 0;
    const within = (ms: number): void => {
      clearTimeout(timer);
      timer = setTimeout(() => request.abort(), ms);
    };
    const abort = (): void => request.abort();
    request.addEventListener("loadend", () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      const header = (name: string): string | null => request.getResponseHeader(name);
      resolve(request.status === 0 ? null : { status: request.status, header, text: request.responseText });
    });
    request.upload.addEventListener("progress", () => within(STALLED_MS));
    request.upload.addEventListener("load", () => within(ANSWER_MS));
    signal.addEventListener("abort", abort);
    request.open("PUT", url);
    request.setRequestHeader("Content-Range", contentRange);
    if (digest !== null) request.setRequestHeader("Repr-Digest", digest);
    within(body === null ? ANSWER_MS : STALLED_MS);
    request.send(body);
    if (signal.aborted) abort();
  });
}
