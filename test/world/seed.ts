import { z } from "zod";
import type { Store } from "./store.ts";

const creatorSchema = z.object({ id: z.string().startsWith("crt_") });
const keySchema = z.object({ id: z.string(), key: z.string().startsWith("key_") });

/** An API key of the creator "Local creator": the kept one while the Worker accepts it, otherwise a new one. */
export async function seedCreator(url: string, operatorKey: string, store: Store): Promise<string> {
  const kept = store.settings.get("api_key");
  if (kept !== null && (await isAccepted(url, kept))) return kept;
  const creator = creatorSchema.parse(await post(`${url}/v1/operator/creators`, operatorKey, { name: "Local creator" }));
  const { key } = keySchema.parse(await post(`${url}/v1/operator/creators/${creator.id}/keys`, operatorKey, { name: "Local key" }));
  store.settings.set("api_key", key);
  return key;
}

async function isAccepted(url: string, key: string): Promise<boolean> {
  const reply = await fetch(`${url}/v1/uploads`, { headers: { authorization: `Bearer ${key}` } });
  await reply.body?.cancel();
  if (reply.status >= 500) throw new Error(`GET /v1/uploads answered ${reply.status}`);
  return reply.ok;
}

async function post(url: string, operatorKey: string, body: unknown): Promise<unknown> {
  const reply = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${operatorKey}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await reply.text();
  if (reply.status !== 201) throw new Error(`POST ${new URL(url).pathname} answered ${reply.status}: ${text.slice(0, 500)}`);
  return JSON.parse(text);
}
