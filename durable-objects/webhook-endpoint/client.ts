import type { WebhookEndpoint as Endpoint, WebhookEndpoints } from "#domain/webhooks/endpoint.ts";
import type { WebhookEndpoint } from "./webhook-endpoint.ts";

/** The endpoints as Workers see them. */
export function webhookEndpoints(namespace: DurableObjectNamespace<WebhookEndpoint>): WebhookEndpoints {
  return {
    get: (id) => {
      const stub = namespace.getByName(id);
      return {
        open: (...args) => stub.open(...args),
        view: (...args) => stub.view(...args),
        update: (...args) => stub.update(...args),
        enable: (...args) => stub.enable(...args),
        disable: (...args) => stub.disable(...args),
        rotate: (...args) => stub.rotate(...args),
        ping: (...args) => stub.ping(...args),
        deliveries: (...args) => stub.deliveries(...args),
        delivery: (...args) => stub.delivery(...args),
        redeliver: (...args) => stub.redeliver(...args),
        replay: (...args) => stub.replay(...args),
        remove: (...args) => stub.remove(...args),
        accept: (...args) => stub.accept(...args),
      } satisfies Endpoint;
    },
  };
}
