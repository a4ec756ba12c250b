import { isOutage } from "#adapters/outage.ts";
import { newApp } from "#api/app.ts";
import { clock, log } from "#ground";
import { carrierServices } from "#publishing-services";
import { services } from "#services";
import { runDuties } from "./cron/dispatch.ts";
import { consume } from "./queue/consume.ts";
import { YOUTUBE_CHUNKS } from "./transfer/chunk.ts";
import { consumeTransfers } from "./transfer/consume.ts";

export { EventRelay } from "#durable-objects/event-relay/event-relay.ts";
export { EventFeed } from "#durable-objects/event-feed/event-feed.ts";
export { QuotaLedger } from "#durable-objects/quota-ledger/quota-ledger.ts";
export { Publisher } from "#durable-objects/publisher/publisher.ts";
export { UploadSession } from "#durable-objects/upload-session/upload-session.ts";
export { WebhookEndpoint } from "#durable-objects/webhook-endpoint/webhook-endpoint.ts";

const TRANSFERS = "sluice-transfers";

/** The app is given bindings as an opaque object: this is where they get their type back. */
const app = newApp({ services: (env) => services(env as Env), clock, log, isOutage });

export default {
  fetch: (request, env, context) => app.fetch(request, env, context),
  queue: (batch, env) =>
    batch.queue === TRANSFERS
      ? consumeTransfers(batch, { ...carrierServices(env), chunks: YOUTUBE_CHUNKS })
      : consume(batch, services(env)),
  scheduled: (controller, env) => runDuties(controller.cron, services(env)),
} satisfies ExportedHandler<Env>;
