import { z } from "@hono/zod-openapi";
import { CAPABILITIES, type Connection } from "#domain/connections/connection.ts";
import { capabilitiesOf } from "#domain/connections/youtube-scopes.ts";
import { parseAccountKey } from "#domain/publishing/account.ts";
import { exampleId, rfc3339, timeSchema } from "#api/schemas.ts";

export const capabilitiesSchema = z
  .array(z.enum(CAPABILITIES))
  .refine((capabilities) => new Set(capabilities).size === capabilities.length, "names one twice")
  .openapi({
    example: ["publish"],
    description:
      "`publish`: upload videos and see how they fare. `manage`: change and delete them, and playlists. `captions`: add captions. Google asks the person for each.",
  });

export const connectionSchema = z
  .object({
    id: z.string().openapi({ example: exampleId("con") }),
    kind: z.literal("youtube"),
    channel: z.object({
      id: z.string().openapi({ example: "UCBR8-60-B28hp2BmDPdntcQ" }),
      title: z.string().openapi({ example: "Zoë's films", description: "When it was connected." }),
      picture_url: z.url().nullable().openapi({ example: "https://yt3.ggpht.com/picture" }),
    }),
    capabilities: capabilitiesSchema,
    status: z.enum(["active", "needs_reauth"]).openapi({
      example: "active",
      description: "`needs_reauth`: Google no longer takes the grant. Connect it again; what waits for it keeps its place.",
    }),
    connected_at: timeSchema.openapi({ description: "The last time." }),
    changed_at: timeSchema,
  })
  .openapi("Connection");

export const connectionResource = (connection: Connection): z.input<typeof connectionSchema> => ({
  id: connection.id,
  kind: "youtube",
  channel: {
    id: parseAccountKey(connection.account)?.name ?? connection.account,
    title: connection.title,
    picture_url: connection.pictureUrl,
  },
  capabilities: [...capabilitiesOf(connection.scopes)],
  status: connection.status === "active" ? "active" : "needs_reauth",
  connected_at: rfc3339(connection.connectedAt),
  changed_at: rfc3339(connection.changedAt),
});
