import type { Api } from "./context.ts";

const DESCRIPTION = `Sluice takes a video in once, over any network, and keeps every byte that it has acknowledged.

Begin an upload here, send its bytes to \`upload_url\` with \`Content-Range\`, tus 1.0 or the IETF's resumable uploads, and read the asset when it is complete.
Errors are \`application/problem+json\` (RFC 9457); programs go by \`code\`, and every answer has a \`Request-Id\`.`;

/** The API in OpenAPI 3.1, from the operations themselves. */
export const openapiDocument = (api: Api) =>
  api.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "Sluice", version: "1", description: DESCRIPTION, license: { name: "MIT", url: "https://opensource.org/license/mit" } },
    servers: [{ url: "/" }],
    tags: [
      { name: "uploads", description: "Resumable transfers into Sluice." },
      { name: "assets", description: "Stored videos." },
      { name: "events", description: "What has happened." },
      { name: "publishing", description: "Where assets go: destinations, and the deliveries that bring them there." },
      { name: "webhooks", description: "Where events are sent, signed as Standard Webhooks say." },
      { name: "connections", description: "Channels that videos can be published to." },
      { name: "keys", description: "API keys of a creator." },
      { name: "operator", description: "For who runs the service: `Authorization: Bearer <operator key>`." },
      { name: "service", description: "Health." },
    ],
  });

/** How callers say who they are. */
export function registerSecurity(api: Api): void {
  api.openAPIRegistry.registerComponent("securitySchemes", "apiKey", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "key_…",
    description: "An API key of a creator.",
  });
  api.openAPIRegistry.registerComponent("securitySchemes", "operatorKey", {
    type: "http",
    scheme: "bearer",
    description: "The operator key.",
  });
}
