import { ok, type Result } from "#domain/result.ts";
import { parseResource } from "#test/world/youtube/body.ts";
import type { Call } from "#test/world/youtube/call.ts";
import { type Refusal, refuse } from "#test/world/youtube/refusals.ts";
import { boundaryOf, parseRelated, Unclosed } from "./related.ts";

export type SmallMedia = { readonly resource: unknown; readonly type: string; readonly bytes: Buffer };

/** A body that fits in memory, with or without a JSON part before it: `uploadType=multipart`, or the media alone. */
export async function readSmallMedia(call: Call, maxBytes: number): Promise<Result<SmallMedia, Refusal>> {
  const contentType = call.request.headers["content-type"];
  if (call.url.searchParams.get("uploadType") !== "multipart") {
    const bytes = await collect(call.body(), maxBytes);
    return bytes.ok
      ? ok({ resource: {}, type: contentType?.split(";")[0]?.trim() ?? "application/octet-stream", bytes: bytes.value })
      : bytes;
  }
  const boundary = boundaryOf(contentType);
  const related = boundary === null ? null : await parseRelated(call.body(), boundary);
  if (related === null || !related.ok) return refuse("badRequest", "Malformed multipart body.");
  const { metadata, mediaType, media } = related.value;
  try {
    const bytes = await collect(media, maxBytes);
    if (!bytes.ok) return bytes;
    const resource = parseResource(metadata);
    return resource.ok ? ok({ resource: resource.value, type: mediaType, bytes: bytes.value }) : resource;
  } catch (cause) {
    if (cause instanceof Unclosed) return refuse("badRequest", "Malformed multipart body.");
    throw cause;
  }
}

async function collect(body: AsyncIterable<Buffer>, maxBytes: number): Promise<Result<Buffer, Refusal>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes <= maxBytes) chunks.push(chunk);
  }
  return bytes > maxBytes ? refuse("uploadTooLarge", `Media larger than: ${maxBytes}`) : ok(Buffer.concat(chunks));
}
