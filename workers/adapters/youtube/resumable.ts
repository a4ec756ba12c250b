import { z } from "zod";
import { type Answer, accepted } from "#domain/publishing/answer.ts";
import { sectionsOf } from "#domain/publishing/youtube/video-sections.ts";
import type { Chunk, Standing, YouTube } from "#domain/publishing/youtube/youtube.ts";
import { type Asking, exchange, jsonIn, type Reply, type YouTubeOptions } from "./exchange.ts";
import { lostRefusal, lostUnknown, refusalOf, refused, UNREADABLE, unknownAnswer } from "./refusals.ts";

const insertedSchema = z.object({ id: z.string().min(1) });

const isDone = (status: number): boolean => status === 200 || status === 201;

/** Google's resumable uploads (https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol). */
export function resumableUploads(options: YouTubeOptions): Pick<YouTube, "openUpload" | "standing" | "send" | "abandon"> {
  const refusedAt = (uploadUrl: string, reply: Reply): Answer<never> => {
    const secrets = [uploadUrl, new URL(uploadUrl).searchParams.get("upload_id") ?? ""];
    const refusal = refusalOf(reply, { now: options.now(), bucket: "inserts", secrets });
    // 401 too: a request to an upload's address carries no credentials but the address.
    const isGone = [401, 404, 410, 499].includes(reply.status);
    return refused(isGone ? { ...refusal, kind: "gone", code: "youtube.upload_gone" } : refusal);
  };

  return {
    openUpload: async (accessToken, { metadata, size, contentType }) => {
      const reply = await exchange(options, {
        method: "POST",
        url: `${options.url}/upload/youtube/v3/videos?uploadType=resumable&part=snippet,status`,
        headers: {
          Authorization: `Bearer ${accessToken}`,
          "Content-Type": "application/json; charset=UTF-8",
          // YouTube takes no other types, and finds out by itself what a file is.
          "X-Upload-Content-Type": /^video\/[^\s;,]+$/i.test(contentType) ? contentType : "application/octet-stream",
          ...(size === null ? {} : { "X-Upload-Content-Length": String(size) }),
        },
        body: JSON.stringify(sectionsOf(metadata)),
      });
      // No byte has been sent: whatever was lost, no video comes of it, and the next attempt is another upload.
      if (reply.status === null) return refused(lostRefusal(reply));
      if (!isDone(reply.status)) return refused(refusalOf(reply, { now: options.now(), bucket: "inserts", secrets: [accessToken] }));
      const uploadUrl = addressIn(reply, options.url);
      if (uploadUrl !== null) return accepted({ uploadUrl });
      return refused({ kind: "busy", code: "youtube.no_upload_address", detail: UNREADABLE, retryAfterMs: null, bucket: null });
    },

    standing: async (uploadUrl, total) => {
      const reply = await exchange(options, query(uploadUrl, total));
      // The same question again gets the same answer, also where the last one has completed the upload.
      if (reply.status === null) return refused(lostRefusal(reply));
      return standingIn(reply, total) ?? refusedAt(uploadUrl, reply);
    },

    send: async (uploadUrl, sent) => {
      const { start, end, total, body } = sent;
      const isEmpty = start === end;
      if (isEmpty) await body.cancel();
      const reply = await exchange(options, isEmpty ? query(uploadUrl, total) : chunk(uploadUrl, sent));
      if (reply.status === null) return lostUnknown(reply);
      const standing = standingIn(reply, total);
      if (standing !== null) return standing;
      const answer = refusedAt(uploadUrl, reply);
      if (isClientError(reply.status) || answer.kind !== "refused") return answer;
      return unknownAnswer(answer.refusal.detail, answer.refusal.retryAfterMs);
    },

    abandon: async (uploadUrl) => {
      const reply = await exchange(options, { method: "DELETE", url: uploadUrl, headers: { "Content-Length": "0" } });
      if (reply.status === null) return refused(lostRefusal(reply));
      // 499, "client closed request", is how Google says that it has been given up.
      if (reply.status === 499 || (reply.status >= 200 && reply.status < 300)) return accepted(null);
      return refusedAt(uploadUrl, reply);
    },
  };
}

/** Once bytes have left, nothing else says that they were not taken. */
const isClientError = (status: number): boolean => status >= 400 && status < 500 && status !== 408 && status !== 429;

/** How much there is. It also completes an upload that has every byte, once its total is known. */
const query = (url: string, total: number | null): Asking => ({
  method: "PUT",
  url,
  headers: { "Content-Length": "0", "Content-Range": `bytes */${total ?? "*"}` },
  body: "",
});

const chunk = (url: string, { start, end, total, body, signal }: Chunk): Asking => ({
  method: "PUT",
  url,
  headers: { "Content-Type": "application/octet-stream", "Content-Range": `bytes ${start}-${end - 1}/${total ?? "*"}` },
  body: { bytes: end - start, stream: body },
  ...(signal === undefined ? {} : { signal }),
});

/** What an upload's address says of it; null: it refuses. */
function standingIn(reply: Reply, total: number | null): Answer<Standing> | null {
  if (isDone(reply.status)) {
    const video = insertedSchema.safeParse(jsonIn(reply));
    // There is a video: the same question again tells which.
    return video.success ? accepted({ state: "complete", videoId: video.data.id }) : unknownAnswer(UNREADABLE, null);
  }
  if (reply.status !== 308) return null;
  const offset = offsetIn(reply.headers.get("Range"));
  return offset === null || (total !== null && offset > total) ? unknownAnswer(UNREADABLE, null) : accepted({ state: "open", offset });
}

/** `bytes=0-N`, or nothing while there is nothing. */
function offsetIn(range: string | null): number | null {
  if (range === null) return 0;
  const last = /^bytes=0-(\d{1,15})$/.exec(range.trim())?.[1];
  return last === undefined ? null : Number(last) + 1;
}

/** Bytes go only where they go encrypted, or to the machine that we have been pointed to. */
function addressIn({ headers }: Reply, configured: string): string | null {
  const location = headers.get("Location") ?? "";
  if (!URL.canParse(location)) return null;
  const url = new URL(location);
  return url.protocol === "https:" || url.origin === configured ? url.href : null;
}
