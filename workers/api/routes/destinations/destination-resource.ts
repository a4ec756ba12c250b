import { z } from "@hono/zod-openapi";
import type { Failure } from "#domain/failures.ts";
import { parseAccountKey } from "#domain/publishing/account.ts";
import type { Destination } from "#domain/publishing/destination.ts";
import { type MetadataDraft, readDraft } from "#domain/publishing/youtube/metadata.ts";
import { err, ok, type Result } from "#domain/result.ts";
import { exampleId, rfc3339, rfc3339OrNull, timeSchema } from "#api/schemas.ts";
import { writeEntityTag } from "#api/headers/conditional.ts";
import { videoDraftResource, videoDraftSchema } from "./video-settings.ts";

const nameSchema = z.string().min(1).max(255).openapi({ example: "Main channel" });

export const destinationDraftSchema = z
  .strictObject({
    connection_id: z.string().openapi({ example: exampleId("con") }),
    name: nameSchema.optional().openapi({ description: "The channel's title where there is none." }),
    settings: videoDraftSchema.optional(),
  })
  .openapi("DestinationDraft", { example: { connection_id: exampleId("con"), settings: { privacy: "unlisted", category_id: "22" } } });

export const destinationChangesSchema = z
  .strictObject({ name: nameSchema.optional(), settings: videoDraftSchema.optional() })
  .openapi("DestinationChanges", { example: { name: "Second channel" } });

export const destinationSchema = z
  .object({
    id: z.string().openapi({ example: exampleId("dst") }),
    kind: z.enum(["youtube"]).openapi({ example: "youtube" }),
    account: z.string().openapi({ example: "youtube:UCk8GzjMOrta8yxDcKfylJYw", description: "Whose line its deliveries stand in." }),
    connection_id: z.string().openapi({ example: exampleId("con") }),
    name: nameSchema,
    settings: videoDraftSchema.openapi({ description: "Said of every video that goes there, unless its delivery says otherwise." }),
    paused_at: timeSchema
      .nullable()
      .openapi({ example: null, description: "Nothing begins while it is paused; what is on its way goes on." }),
    created_at: timeSchema,
  })
  .openapi("Destination");

export const destinationResource = (destination: Destination): z.input<typeof destinationSchema> => ({
  id: destination.id,
  kind: parseAccountKey(destination.account)?.kind ?? "youtube",
  account: destination.account,
  connection_id: destination.connectionId,
  name: destination.name,
  settings: videoDraftResource(destination.settings),
  paused_at: rfc3339OrNull(destination.pausedAt),
  created_at: rfc3339(destination.createdAt),
});

/** What every video of a destination gets; a title and a time are each video's own. */
export function readSettings(input: unknown): Result<MetadataDraft, Failure<"video_refused">> {
  const draft = readDraft(input);
  if (!draft.ok)
    return err({ code: "video_refused", violations: draft.error.map((each) => ({ ...each, pointer: `/settings${each.pointer}` })) });
  const own = (["title", "publishAt"] as const).filter((name) => draft.value[name] !== undefined);
  if (own.length === 0) return ok(draft.value);
  const pointers = { title: "/settings/title", publishAt: "/settings/publish_at" } as const;
  return err({
    code: "video_refused",
    violations: own.map((name) => ({ pointer: pointers[name], code: "not_shared", detail: "Each delivery has its own." })),
  });
}

export const destinationTag = ({ sequence }: Destination): string => writeEntityTag({ weak: false, opaque: String(sequence) });

export const tagHeader = z.object({ ETag: z.string().openapi({ example: '"3"', description: "For `If-Match` of a change." }) });
