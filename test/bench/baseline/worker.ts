import { wasmDigestEngine } from "#adapters/digests/digest-engine.ts";
import { EqualWork } from "./equal-work.ts";

type Bindings = { readonly MEDIA: R2Bucket };

/** Uploads of the equal-work baseline, in this isolate's memory alone: whatever ends it loses them. */
const open = new Map<string, EqualWork>();

/**
 * What Sluice is measured against, on the same runtime and the same storage.
 *
 * - `PUT /bare/KEY?upload=ID&part=N`: the body goes straight to `uploadPart`.
 * - `PUT /equal/KEY?upload=ID`: the body is gathered into parts and hashed as Sluice does it, and nothing is written down.
 */
export default {
  async fetch(request, { MEDIA }) {
    const url = new URL(request.url);
    const [, kind = "", key = ""] = url.pathname.split("/");
    const uploadId = url.searchParams.get("upload") ?? "";
    switch (`${request.method} ${kind}`) {
      case "POST bare":
        return Response.json({ upload: (await MEDIA.createMultipartUpload(key)).uploadId });
      case "POST equal": {
        const multipart = await MEDIA.createMultipartUpload(key);
        const hashed = url.searchParams.get("digest") === "true";
        const digest = hashed ? wasmDigestEngine.begin(["sha256", "crc32c"]) : null;
        open.set(multipart.uploadId, new EqualWork(multipart, Number(url.searchParams.get("part_bytes")), digest));
        return Response.json({ upload: multipart.uploadId });
      }
      case "PUT bare": {
        if (request.body === null) return new Response(null, { status: 400 });
        const part = await MEDIA.resumeMultipartUpload(key, uploadId).uploadPart(Number(url.searchParams.get("part")), request.body);
        return Response.json({ etag: part.etag });
      }
      case "PUT equal": {
        const body: ReadableStream<Uint8Array> | null = request.body;
        if (body === null) return new Response(null, { status: 400 });
        await open.get(uploadId)?.take(body);
        return new Response(null, { status: 204 });
      }
      case "POST bare-complete": {
        const parts = await request.json<R2UploadedPart[]>();
        const { size } = await MEDIA.resumeMultipartUpload(key, uploadId).complete(parts);
        return Response.json({ size });
      }
      case "POST equal-complete": {
        const done = await open.get(uploadId)?.complete();
        open.delete(uploadId);
        return Response.json(done ?? null);
      }
      case "DELETE bare":
      case "DELETE equal":
        open.delete(uploadId);
        await MEDIA.resumeMultipartUpload(key, uploadId)
          .abort()
          .catch(() => undefined);
        await MEDIA.delete(key);
        return new Response(null, { status: 204 });
      default:
        return new Response(null, { status: 404 });
    }
  },
} satisfies ExportedHandler<Bindings>;
