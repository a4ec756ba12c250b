import { z } from "zod";
import { youtubeApi } from "#adapters/youtube/youtube.ts";

/** workerd's, which the types of Node do not know. */
declare const FixedLengthStream: new (bytes: number) => {
  readonly readable: ReadableStream;
  readonly writable: WritableStream<Uint8Array>;
};

const asked = z.object({
  source: z.url(),
  uploadUrl: z.url(),
  start: z.int(),
  end: z.int(),
  total: z.int().nullable(),
});

/** Sends a chunk to YouTube that it fetches from somewhere, or asks where the upload stands if there is none. */
export default {
  async fetch(request: Request): Promise<Response> {
    if (request.method === "GET") return new Response("ok");
    const { source, uploadUrl, ...chunk } = asked.parse(await request.json());
    const youtube = youtubeApi({
      url: "https://youtube.invalid",
      now: Date.now,
      sized: (bytes) => new FixedLengthStream(bytes),
    });
    if (chunk.start === chunk.end) return Response.json(await youtube.standing(uploadUrl, chunk.total));
    const { body } = await fetch(source);
    if (body === null) throw new Error("the source has no body");
    return Response.json(await youtube.send(uploadUrl, { ...chunk, body }));
  },
};
