import { z } from "zod";
import { ok, type Result } from "#domain/result.ts";
import type { Video, VideoMetadata } from "#test/world/youtube/records.ts";
import { inBody, type Refusal, refuse } from "#test/world/youtube/refusals.ts";
import { isAssignable } from "./categories.ts";
import { charactersIn } from "./text.ts";

const TITLE_CHARACTERS = 100;
const DESCRIPTION_BYTES = 5_000;
const TAGS_CHARACTERS = 500;

const text = z.string().nullish();
const flag = z.boolean().nullish();
const body = z.object({
  snippet: z
    .object({
      title: text,
      description: text,
      tags: z.array(z.string()).nullish(),
      categoryId: text,
      defaultLanguage: text,
      defaultAudioLanguage: text,
    })
    .nullish(),
  status: z
    .object({
      privacyStatus: z.enum(["public", "unlisted", "private"]).nullish(),
      publishAt: text,
      license: z.enum(["youtube", "creativeCommon"]).nullish(),
      embeddable: flag,
      publicStatsViewable: flag,
      selfDeclaredMadeForKids: flag,
      containsSyntheticMedia: flag,
    })
    .nullish(),
  recordingDetails: z.object({ recordingDate: text }).nullish(),
});

type Body = z.infer<typeof body>;

/**
 * What a request says of a video, section by section of those that `part` names. A section is replaced whole: what it
 * leaves out is gone, and a privacy left out is public. `before` is the video that changes, null for a new one.
 */
export function readMetadata(
  resource: unknown,
  parts: ReadonlySet<string>,
  before: Pick<Video, "metadata" | "published_at"> | null,
  now: number,
): Result<VideoMetadata, Refusal> {
  const parsed = body.safeParse(resource);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const path = issue?.path.join(".") ?? "";
    return path === "status.publishAt" ? refuse("invalidPublishAt") : refuse("badRequest", `Invalid value at 'resource.${path}'`);
  }
  const snippet = parts.has("snippet") ? readSnippet(parsed.data.snippet, before === null) : null;
  if (snippet !== null && !snippet.ok) return snippet;
  const status = parts.has("status") ? readStatus(parsed.data.status, before?.published_at ?? null, now) : null;
  if (status !== null && !status.ok) return status;
  const recorded = parts.has("recordingDetails") ? without(parsed.data.recordingDetails ?? {}) : before?.metadata.recordingDetails;
  return ok({
    snippet: snippet?.value ?? before?.metadata.snippet ?? UNNAMED,
    status: status?.value ?? before?.metadata.status ?? OPEN,
    ...(recorded === undefined ? {} : { recordingDetails: recorded }),
  });
}

const UNNAMED: VideoMetadata["snippet"] = { title: "unknown", description: "", categoryId: "22" };
const OPEN: VideoMetadata["status"] = { privacyStatus: "public", license: "youtube", embeddable: true, publicStatsViewable: true };

function readSnippet(snippet: Body["snippet"], isNew: boolean): Result<VideoMetadata["snippet"], Refusal> {
  if (snippet === null || snippet === undefined)
    return isNew ? ok(UNNAMED) : refuse("invalidVideoMetadata", undefined, inBody("body.snippet"));
  const title = snippet.title ?? "";
  if (title.trim() === "" || charactersIn(title) > TITLE_CHARACTERS || hasAngleBracket(title))
    return refuse("invalidTitle", undefined, inBody("body.snippet.title"));
  const description = snippet.description ?? "";
  if (Buffer.byteLength(description) > DESCRIPTION_BYTES || hasAngleBracket(description))
    return refuse("invalidDescription", undefined, inBody("body.snippet.description"));
  const tags = snippet.tags ?? [];
  if (tagsLength(tags) > TAGS_CHARACTERS || tags.some((tag) => tag === "" || hasAngleBracket(tag)))
    return refuse("invalidTags", undefined, inBody("body.snippet.tags"));
  const categoryId = snippet.categoryId ?? (isNew ? UNNAMED.categoryId : "");
  if (!isAssignable(categoryId)) return refuse("invalidCategoryId", undefined, inBody("body.snippet.categoryId"));
  const { defaultLanguage, defaultAudioLanguage } = snippet;
  return ok({
    title,
    description,
    categoryId,
    ...(tags.length === 0 ? {} : { tags }),
    ...without({ defaultLanguage, defaultAudioLanguage }),
  });
}

function readStatus(status: Body["status"], publishedAt: number | null, now: number): Result<VideoMetadata["status"], Refusal> {
  if (status === null || status === undefined) return ok(OPEN);
  const { privacyStatus, publishAt, license, embeddable, publicStatsViewable, selfDeclaredMadeForKids, containsSyntheticMedia } = status;
  const privacy = privacyStatus ?? OPEN.privacyStatus;
  const at = publishAt ?? null;
  if (at !== null) {
    const isInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(at) && !Number.isNaN(Date.parse(at));
    const wasPublic = publishedAt !== null && publishedAt <= now;
    if (!isInstant || privacy !== "private" || wasPublic) return refuse("invalidPublishAt", undefined, inBody("body.status.publishAt"));
  }
  return ok({
    privacyStatus: privacy,
    license: license ?? OPEN.license,
    embeddable: embeddable ?? OPEN.embeddable,
    publicStatsViewable: publicStatsViewable ?? OPEN.publicStatsViewable,
    ...(at === null ? {} : { publishAt: new Date(at).toISOString() }),
    ...without({ selfDeclaredMadeForKids, containsSyntheticMedia }),
  });
}

const hasAngleBracket = (value: string): boolean => /[<>]/.test(value);

/** Commas between tags count, and so do the quotation marks that YouTube puts around a tag with a space. */
export const tagsLength = (tags: readonly string[]): number =>
  tags.reduce((sum, tag) => sum + charactersIn(tag) + (/\s/.test(tag) ? 2 : 0), Math.max(0, tags.length - 1));

type Present<T> = { [Name in keyof T]?: NonNullable<T[Name]> };

function without<T extends Readonly<Record<string, unknown>>>(fields: T): Present<T> {
  const present: Present<T> = {};
  for (const name in fields) {
    const value = fields[name];
    if (value !== null && value !== undefined) present[name] = value;
  }
  return present;
}
