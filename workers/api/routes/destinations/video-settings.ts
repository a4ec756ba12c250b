import { z } from "@hono/zod-openapi";
import type { MetadataDraft } from "#domain/publishing/youtube/metadata.ts";
import { rfc3339OrNull } from "#api/schemas.ts";

const EXAMPLE = { title: "Harvest", description: "Filmed in September.", tags: ["vineyard", "harvest"], privacy: "public" };

/** What may be said of a video. Its rules are YouTube's: `readDraft` reads it, and says all that is wrong with it at once. */
export const videoDraftSchema = z.record(z.string(), z.unknown()).openapi("VideoMetadataDraft", {
  type: "object",
  properties: {
    title: { type: "string", description: "1 to 100 characters, no `<` or `>`. Without one the file's name becomes the title." },
    description: { type: "string", description: "At most 5,000 bytes of UTF-8, no `<` or `>`." },
    tags: { type: "array", items: { type: "string" }, description: "500 characters in all, commas and quotes counted." },
    category_id: { type: "string", example: "22" },
    language: { type: ["string", "null"], description: "BCP 47.", example: "en" },
    privacy: { type: "string", enum: ["public", "unlisted", "private"] },
    publish_at: { type: ["string", "null"], format: "date-time", description: "Private until then, public after it." },
    made_for_kids: { type: "boolean" },
  },
  additionalProperties: false,
  example: EXAMPLE,
});

export const videoDraftResource = (draft: MetadataDraft): Record<string, unknown> => ({
  ...(draft.title === undefined ? {} : { title: draft.title }),
  ...(draft.description === undefined ? {} : { description: draft.description }),
  ...(draft.tags === undefined ? {} : { tags: [...draft.tags] }),
  ...(draft.categoryId === undefined ? {} : { category_id: draft.categoryId }),
  ...(draft.language === undefined ? {} : { language: draft.language }),
  ...(draft.privacy === undefined ? {} : { privacy: draft.privacy }),
  ...(draft.publishAt === undefined ? {} : { publish_at: rfc3339OrNull(draft.publishAt) }),
  ...(draft.madeForKids === undefined ? {} : { made_for_kids: draft.madeForKids }),
});
