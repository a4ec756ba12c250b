import type { z } from "zod";
import { accepted, type Answer, type Refusal } from "#domain/publishing/answer.ts";
import { type Asking, exchange, jsonIn, type YouTubeOptions } from "./exchange.ts";
import { lostRefusal, lostUnknown, refusalOf, refused, UNREADABLE, unknownAnswer, unreadable } from "./refusals.ts";

export type DataCall = {
  readonly method: Asking["method"];
  /** Below the address of the API, or of uploads where there is `media`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly accessToken: string;
  readonly resource?: unknown;
  readonly media?: { readonly contentType: string; readonly size: number; readonly body: ReadableStream<Uint8Array> };
  /** Made a second time it would do something else: nobody knows what became of it when its answer is lost. */
  readonly isOnce?: true;
};

/** A method of the Data API. What has no `schema` has nothing to say but that it was done. */
export async function call<T>(options: YouTubeOptions, asked: DataCall, schema: z.ZodType<T>): Promise<Answer<T>>;
export async function call(options: YouTubeOptions, asked: DataCall): Promise<Answer<null>>;
export async function call<T>(options: YouTubeOptions, asked: DataCall, schema?: z.ZodType<T>): Promise<Answer<T | null>> {
  const reply = await exchange(options, askingOf(options, asked));
  const isOnce = asked.isOnce === true;
  if (reply.status === null) return isOnce ? lostUnknown(reply) : refused(lostRefusal(reply));
  if (reply.status >= 200 && reply.status < 300) {
    if (schema === undefined) return accepted(null);
    const value = schema.safeParse(jsonIn(reply));
    if (value.success) return accepted(value.data);
    return isOnce ? unknownAnswer(UNREADABLE, null) : unreadable;
  }
  const refusal = refusalOf(reply, { now: options.now(), bucket: "units", secrets: [asked.accessToken] });
  const isUncertain = isOnce && (reply.status < 400 || reply.status >= 500 || reply.status === 408);
  return isUncertain ? unknownAnswer(refusal.detail, refusal.retryAfterMs) : refused(refusal);
}

function askingOf(options: YouTubeOptions, { method, path, query, accessToken, resource, media }: DataCall): Asking {
  const url = `${options.url}${media === undefined ? "" : "/upload"}/youtube/v3/${path}?${new URLSearchParams(query).toString()}`;
  const headers = { Authorization: `Bearer ${accessToken}` };
  if (media !== undefined) {
    return { method, url, headers: { ...headers, "Content-Type": media.contentType }, body: { bytes: media.size, stream: media.body } };
  }
  if (resource === undefined) return { method, url, headers };
  return { method, url, headers: { ...headers, "Content-Type": "application/json; charset=UTF-8" }, body: JSON.stringify(resource) };
}

export const goneVideo: Refusal = {
  kind: "gone",
  code: "youtube.video_not_found",
  detail: "There is no such video on this channel (any more).",
  retryAfterMs: null,
  bucket: null,
};
