import { createRoute, z } from "@hono/zod-openapi";
import type { Asset } from "#domain/assets/asset.ts";
import type { Failure } from "#domain/failures.ts";
import { ok, type Result } from "#domain/result.ts";
import type { ByteRange } from "#domain/uploads/upload-session.ts";
import { callerOf, type Api, type ApiContext } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { contentRange, ifRangeHolds, parseByteRange } from "#api/headers/byte-range.ts";
import { ifNoneMatchHolds, parseEntityTags, writeEntityTag, type EntityTag } from "#api/headers/conditional.ts";
import { writeContentDisposition } from "#api/headers/content-disposition.ts";
import { writeReprDigest } from "#api/headers/digest-fields.ts";
import { optionalField } from "#api/headers/field.ts";
import { httpDate } from "#api/headers/http-date.ts";
import { idParams, security } from "#api/schemas.ts";
import { findAsset } from "./find-asset.ts";

const failures = declareFailures("invalid_header", "unauthorized", "forbidden", "asset_not_found", "asset_gone", "range_not_satisfiable");

const bytes = { "application/octet-stream": { schema: z.string().openapi({ type: "string", format: "binary" }) } };

const route = createRoute({
  operationId: "getAssetContent",
  method: "get",
  path: "/v1/assets/{id}/content",
  tags: ["assets"],
  summary: "Read an asset's bytes",
  description: "One `Range` is honoured, and so are `If-Range` and `If-None-Match`. `HEAD` answers the same without the bytes.",
  security,
  request: { params: idParams("ast") },
  responses: {
    200: { description: "The whole.", content: bytes },
    206: { description: "The range that was asked for.", content: bytes },
    304: { description: "The one that you have." },
    ...failures.responses,
  },
});

const entityTagOf = ({ digests, etag }: Asset): EntityTag => ({ weak: false, opaque: digests.sha256 ?? etag });

function rangeWanted(c: ApiContext, asset: Asset): Result<ByteRange | null, Failure<"range_not_satisfiable">> {
  const range = c.req.header("Range");
  if (range === undefined) return ok(null);
  const condition = c.req.header("If-Range");
  const holds = condition === undefined || ifRangeHolds(condition, { etag: entityTagOf(asset), lastModified: asset.createdAt });
  return holds ? parseByteRange(range, asset.size) : ok(null);
}

function headersOf(asset: Asset): Record<string, string> {
  const digest = writeReprDigest(asset.digests);
  return {
    "Accept-Ranges": "bytes",
    "Cache-Control": "private, no-cache",
    "Content-Disposition": writeContentDisposition("attachment", asset.filename),
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Content-Type": asset.contentType,
    ETag: writeEntityTag(entityTagOf(asset)),
    "Last-Modified": httpDate(asset.createdAt),
    "X-Content-Type-Options": "nosniff",
    ...(digest === null ? {} : { "Repr-Digest": digest }),
  };
}

export const getAssetContent = (api: Api) =>
  api.openapi(route, async (c) => {
    const caller = await callerOf(c, "assets:read");
    if (!caller.ok) return failures.refuse(c, caller.error);
    const found = await findAsset(c, caller.value.creatorId, c.req.valid("param").id);
    if (!found.ok) return failures.refuse(c, found.error);
    const asset = found.value;
    const headers = headersOf(asset);

    const known = optionalField(c.req.raw.headers, "If-None-Match", (text) => parseEntityTags("If-None-Match", text));
    if (!known.ok) return failures.refuse(c, known.error);
    if (known.value !== null && !ifNoneMatchHolds(known.value, entityTagOf(asset))) return new Response(null, { status: 304, headers });

    const wanted = rangeWanted(c, asset);
    if (!wanted.ok) return failures.refuse(c, wanted.error);
    const range = wanted.value ?? { start: 0, end: asset.size };
    headers["Content-Length"] = String(range.end - range.start);
    if (wanted.value !== null) headers["Content-Range"] = contentRange(range, asset.size);
    const status = wanted.value === null ? 200 : 206;
    if (c.req.method === "HEAD") return new Response(null, { status, headers });

    const content = await c.var.services.content.open(asset.objectKey, range);
    return content === null ? failures.refuse(c, { code: "asset_gone" }) : new Response(content, { status, headers });
  });
