import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { Webhook } from "standardwebhooks";
import { z } from "zod";
import type { AppFault, FaultBook } from "./faults.ts";
import { parseJson, readText, sendJson, sendProblem } from "./http-json.ts";
import type { Store } from "./store.ts";
import { createWebhookReceivers, headerOf, isSigned, webhookRecord } from "./webhook-receivers.ts";

const authenticationRequest = z.object({
  action: z.enum(["open", "resume", "complete"]),
  upload: z.looseObject({ id: z.string().nullish() }).default({}),
});

const authenticationRecord = z.object({
  at: z.string(),
  action: z.string().nullable(),
  upload_id: z.string().nullable(),
  authorization_sha256: z.string().nullable(),
  status: z.int(),
});

const callbackRecord = z.object({
  id: z.string(),
  at: z.string(),
  type: z.string().nullable(),
  data: z.unknown(),
  verified: z.boolean(),
  attempt: z.int(),
});

export const applicationState = z.object({
  authentications: z.array(authenticationRecord),
  callbacks: z.array(callbackRecord),
  webhooks: z.array(webhookRecord),
});

export type Authentication = z.infer<typeof authenticationRecord>;
export type Callback = z.infer<typeof callbackRecord>;
export type ApplicationState = z.infer<typeof applicationState>;

export type ApplicationOptions = {
  readonly store: Store;
  readonly faults: FaultBook;
  /** `whsec_…`, shared with the Worker. */
  readonly callbackSecret: string;
  readonly now?: () => Date;
};

/** Somebody's application: it says who may upload, and is told what was uploaded. */
export interface Application {
  readonly server: Server;
  state(): ApplicationState;
  reset(): void;
}

export function createApplication({ store, faults, callbackSecret, now = () => new Date() }: ApplicationOptions): Application {
  const webhook = new Webhook(callbackSecret);
  const receivers = createWebhookReceivers(store, now);

  const authenticate = (authorization: string | null, text: string): Reply => {
    const json = parseJson(text);
    const parsed = authenticationRequest.safeParse(json.ok ? json.value : null);
    const reply = parsed.success ? decide(authorization) : { status: 400, body: { error: "not an authentication request" } };
    const record: Authentication = {
      at: now().toISOString(),
      action: parsed.success ? parsed.data.action : null,
      upload_id: parsed.success ? (parsed.data.upload.id ?? null) : null,
      authorization_sha256: authorization === null ? null : createHash("sha256").update(authorization).digest("hex"),
      status: reply.status,
    };
    store.authentications.add(JSON.stringify(record));
    return reply;
  };

  const receive = (request: IncomingMessage, text: string): Reply => {
    const verified = isSigned(webhook, text, request.headers);
    const id = headerOf(request.headers, "webhook-id") ?? "";
    const json = parseJson(text);
    const event = z.object({ type: z.string(), data: z.unknown() }).safeParse(json.ok ? json.value : null);
    const record: Callback = {
      id,
      at: now().toISOString(),
      type: event.success ? event.data.type : null,
      data: event.success ? event.data.data : json.ok ? json.value : text,
      verified,
      attempt: store.callbacks.countOf(id) + 1,
    };
    store.callbacks.add(id, JSON.stringify(record));
    return verified ? { status: 204 } : { status: 401, body: { error: "the signature does not match" } };
  };

  const operations: Record<string, Operation> = {
    "/authenticate": { name: "authenticate", run: (request, text) => authenticate(headerOf(request.headers, "authorization"), text) },
    "/callback": { name: "callback", run: receive },
  };

  const operationOf = (method: string, path: string): Operation | undefined => {
    const receiver = /^\/webhooks\/([\w-]{1,64})$/.exec(path)?.[1];
    if (receiver === undefined) return operations[path];
    if (method === "PUT") return { name: null, run: (_request, text) => receivers.configure(receiver, text) };
    return { name: "webhook", run: ({ headers }, text) => receivers.receive(receiver, headers, text) };
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const operation = operationOf(request.method ?? "GET", (request.url ?? "/").split("?", 1)[0] ?? "/");
    if (operation === undefined)
      return sendProblem(response, 404, "not_found", "this application has /authenticate, /callback and /webhooks/{name}");
    if (operation.name !== null && request.method !== "POST") return sendProblem(response, 405, "method_not_allowed", "POST only");
    const text = await readText(request);
    if (!text.ok) return sendProblem(response, 413, text.error.code, "at most 1 MiB");

    const fault = operation.name === null ? null : faults.takeForApp(operation.name);
    switch (fault?.kind) {
      case "timeout":
        return;
      case "reset":
        request.socket.resetAndDestroy();
        return;
      case "status":
        for (const [name, value] of Object.entries(fault.headers ?? {})) response.setHeader(name, value);
        return send(response, { status: fault.status, body: fault.body ?? { error: "a fault that was asked for" } });
      case "delay":
        await sleep(fault.delay_ms);
        break;
      case "lost_reply":
        operation.run(request, text.value);
        request.socket.destroy();
        return;
      case undefined:
        break;
    }
    send(response, operation.run(request, text.value));
  };

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });

  return {
    server,
    state: () => ({
      authentications: store.authentications.all().map((record) => authenticationRecord.parse(JSON.parse(record))),
      callbacks: store.callbacks.all().map((record) => callbackRecord.parse(JSON.parse(record))),
      webhooks: receivers.received(),
    }),
    reset() {
      receivers.reset();
      store.authentications.clear();
      store.callbacks.clear();
    },
  };
}

/** Without a name nothing goes wrong with it: it is not the application's work but how it is set up. */
type Operation = { readonly name: AppFault["operation"] | null; run(request: IncomingMessage, text: string): Reply };

type Reply = { readonly status: number; readonly body?: unknown };

/** Everyone may, but `Bearer refused`; `Bearer app_<name>` uploads on behalf of that creator. */
function decide(authorization: string | null): Reply {
  if (authorization === "Bearer refused") return { status: 403, body: { error: "refused", message: "This caller may not upload." } };
  const creator = /^Bearer app_(\S+)$/.exec(authorization ?? "")?.[1];
  return { status: 200, body: creator === undefined ? {} : { creator } };
}

function send(response: ServerResponse, { status, body }: Reply): void {
  if (body === undefined) response.writeHead(status).end();
  else sendJson(response, status, body);
}
