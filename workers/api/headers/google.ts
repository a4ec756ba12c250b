import { z } from "zod";
import type { Failure } from "#domain/failures.ts";
import { err, ok, type Err, type Result } from "#domain/result.ts";
import type { Digests } from "#domain/uploads/digests.ts";
import { base64ToHex } from "./base64.ts";
import { optionalField, type Fields } from "./field.ts";
import { nonNegativeInteger } from "./integer.ts";
import { parseMediaType } from "./media-type.ts";

export const requestHeaders = ["X-Upload-Content-Type", "X-Upload-Content-Length", "X-GUploader-No-308"] as const;
export const responseHeaders = ["X-HTTP-Status-Code-Override"] as const;

const MAX_NAME_BYTES = 1024;
const MAX_METADATA_PAIRS = 50;
const MAX_METADATA_BYTES = 8192;
const CONTROL = /[\p{Cc}\p{Cs}]/u;

/** What opens a session: of Cloud Storage (`name`) or of YouTube (`title`), whose videos have no object name. */
export type SessionRequest = {
  readonly name: string | null;
  readonly title: string | null;
  readonly contentType: string | null;
  readonly length: number | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly declared: Digests;
};

const Resource = z.object({
  name: z.string().nullish(),
  contentType: z.string().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  md5Hash: z.string().nullish(),
  crc32c: z.string().nullish(),
  snippet: z.object({ title: z.string().nullish() }).nullish(),
});

type Refusal = Failure<"invalid_request"> | Failure<"invalid_json"> | Failure<"invalid_header">;

/**
 * `POST …?uploadType=resumable` with `X-Upload-Content-Type`, `X-Upload-Content-Length` and the resource as JSON, all of them optional.
 * A `name` of the query overrides the resource's, and the resource's `contentType` the header's, as with Cloud Storage's objects.insert.
 */
export function parseSessionRequest(query: URLSearchParams, fields: Fields, body: string): Result<SessionRequest, Refusal> {
  const [uploadType, ...moreTypes] = query.getAll("uploadType");
  if (uploadType !== "resumable" || moreTypes.length > 0) return refuse("uploadType must be resumable");
  const [queryName = null, ...moreNames] = query.getAll("name");
  if (moreNames.length > 0) return refuse("name must come once");

  const length = optionalField(fields, "X-Upload-Content-Length", (text) => nonNegativeInteger("X-Upload-Content-Length", text));
  if (!length.ok) return length;
  const headerType = optionalField(fields, "X-Upload-Content-Type", (text) => parseMediaType("X-Upload-Content-Type", text));
  if (!headerType.ok) return headerType;

  const json = parseJson(body);
  if (!json.ok) return json;
  const parsed = Resource.safeParse(json.value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse(issue?.message ?? "the resource is malformed", pointerTo(issue?.path ?? []));
  }
  const resource = parsed.data;

  const name = queryName ?? resource.name ?? null;
  if (name !== null && !isObjectName(name)) {
    return refuse(`name must have 1 to ${MAX_NAME_BYTES} bytes and no control characters`, queryName === null ? "/name" : undefined);
  }
  const typeText = resource.contentType ?? null;
  const resourceType = typeText === null ? ok(null) : parseMediaType("contentType", typeText);
  if (!resourceType.ok) return refuse(resourceType.error.detail, "/contentType");
  const declared = parseDeclared(resource.md5Hash ?? null, resource.crc32c ?? null);
  if (!declared.ok) return declared;
  const metadata = resource.metadata ?? {};
  if (!isModest(metadata)) {
    return refuse(`metadata must have at most ${MAX_METADATA_PAIRS} pairs and ${MAX_METADATA_BYTES} bytes`, "/metadata");
  }

  return ok({
    name,
    title: resource.snippet?.title ?? null,
    contentType: resourceType.value ?? headerType.value,
    length: length.value,
    metadata,
    declared: declared.value,
  });
}

/** `X-GUploader-No-308: yes`: the client can't read a 308, and gets it as `X-HTTP-Status-Code-Override` of a 200. */
export const refuses308 = (text: string | null): boolean => text?.toLowerCase() === "yes";

function parseJson(body: string): Result<unknown, Failure<"invalid_json">> {
  if (body === "") return ok({});
  try {
    const value: unknown = JSON.parse(body);
    return ok(value);
  } catch {
    return err({ code: "invalid_json", detail: "the resource is not JSON" });
  }
}

function parseDeclared(md5Hash: string | null, crc32c: string | null): Result<Digests, Failure<"invalid_request">> {
  const md5Hex = md5Hash === null ? undefined : base64ToHex(md5Hash, 16);
  if (md5Hex === null) return refuse("md5Hash must be base64 of 16 bytes", "/md5Hash");
  const crc32cHex = crc32c === null ? undefined : base64ToHex(crc32c, 4);
  if (crc32cHex === null) return refuse("crc32c must be base64 of 4 bytes", "/crc32c");
  return ok({ ...(md5Hex !== undefined && { md5: md5Hex }), ...(crc32cHex !== undefined && { crc32c: crc32cHex }) });
}

const byteLength = (text: string): number => new TextEncoder().encode(text).byteLength;

const isObjectName = (name: string): boolean => name !== "" && byteLength(name) <= MAX_NAME_BYTES && !CONTROL.test(name);

function isModest(metadata: Readonly<Record<string, string>>): boolean {
  const pairs = Object.entries(metadata);
  const bytes = pairs.reduce((sum, [key, value]) => sum + byteLength(key) + byteLength(value), 0);
  return pairs.length <= MAX_METADATA_PAIRS && bytes <= MAX_METADATA_BYTES;
}

/** A JSON Pointer (RFC 6901 §3). */
const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

const refuse = (detail: string, pointer?: string): Err<Failure<"invalid_request">> =>
  err({ code: "invalid_request", detail, ...(pointer !== undefined && { pointer }) });
