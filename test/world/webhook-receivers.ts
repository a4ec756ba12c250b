import { type IncomingHttpHeaders } from "node:http";
import { Webhook, WebhookVerificationError } from "standardwebhooks";
import { z } from "zod";
import { parseJson } from "./http-json.ts";
import type { Store } from "./store.ts";

/** What a receiver is told about itself: the secrets that it takes, in any order. */
const receiverSchema = z.strictObject({ secrets: z.array(z.string().regex(/^whsec_/)).max(10) });

const eventSchema = z.object({ type: z.string(), sequence: z.int(), resource: z.string(), data: z.unknown() });

export const webhookRecord = z.object({
  receiver: z.string(),
  id: z.string(),
  at: z.string(),
  type: z.string().nullable(),
  sequence: z.int().nullable(),
  resource: z.string().nullable(),
  data: z.unknown(),
  /** Whether each of the receiver's secrets verifies it. */
  verified: z.array(z.boolean()),
  attempt: z.int(),
});

export type ReceivedWebhook = z.infer<typeof webhookRecord>;
export type ReceiverReply = { readonly status: number; readonly body?: unknown };

/**
 * The application's receivers of webhooks, one for each name: `PUT /webhooks/{name}` tells it its secrets, `POST` there brings an
 * event. One that no secret verifies is refused, as a careful receiver would.
 */
export interface WebhookReceivers {
  configure(name: string, text: string): ReceiverReply;
  receive(name: string, headers: IncomingHttpHeaders, text: string): ReceiverReply;
  received(): ReceivedWebhook[];
  /** Forgets what came; the secrets stay. */
  reset(): void;
}

export function createWebhookReceivers(store: Store, now: () => Date): WebhookReceivers {
  const secretsOf = (name: string): string[] => {
    const kept = store.settings.get(`webhooks ${name}`);
    return kept === null ? [] : receiverSchema.parse(JSON.parse(kept)).secrets;
  };
  return {
    configure(name, text) {
      const json = parseJson(text);
      const receiver = receiverSchema.safeParse(json.ok ? json.value : null);
      if (!receiver.success) return { status: 400, body: { error: z.prettifyError(receiver.error) } };
      store.settings.set(`webhooks ${name}`, JSON.stringify(receiver.data));
      return { status: 200, body: { secrets: receiver.data.secrets.length } };
    },
    receive(name, headers, text) {
      const verified = secretsOf(name).map((secret) => isSigned(new Webhook(secret), text, headers));
      const id = headerOf(headers, "webhook-id") ?? "";
      const json = parseJson(text);
      const event = eventSchema.safeParse(json.ok ? json.value : null);
      const key = `${name} ${id}`;
      const record: ReceivedWebhook = {
        receiver: name,
        id,
        at: now().toISOString(),
        type: event.success ? event.data.type : null,
        sequence: event.success ? event.data.sequence : null,
        resource: event.success ? event.data.resource : null,
        data: event.success ? event.data.data : text,
        verified,
        attempt: store.webhooks.countOf(key) + 1,
      };
      store.webhooks.add(key, JSON.stringify(record));
      return verified.includes(true) ? { status: 204 } : { status: 401, body: { error: "no signature matches" } };
    },
    received: () => store.webhooks.all().map((record) => webhookRecord.parse(JSON.parse(record))),
    reset: () => store.webhooks.clear(),
  };
}

export function isSigned(webhook: Webhook, text: string, headers: IncomingHttpHeaders): boolean {
  const signed = Object.fromEntries(
    ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => [name, headerOf(headers, name) ?? ""]),
  );
  try {
    webhook.verify(text, signed, { jsonParse: false });
    return true;
  } catch (cause) {
    if (cause instanceof WebhookVerificationError) return false;
    throw cause;
  }
}

export function headerOf(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === "string" ? value : null;
}
