import type { Agent } from "node:http";
import { z } from "zod";
import { type Answer, exchange, expecting } from "#test/bench/exchange.ts";
import type { SluiceServer } from "#test/bench/servers/sluice.ts";

const openedSchema = z.object({ id: z.string(), upload_url: z.url() });
const viewSchema = z.object({ status: z.string(), asset: z.object({ id: z.string(), sha256: z.string().nullable() }).nullable() });
const receiptSchema = z.object({ id: z.string() });

/** The native API, as far as a measurement needs it. */
export async function openUpload(server: SluiceServer, agent: Agent, length: number): Promise<z.infer<typeof openedSchema>> {
  const body = [Buffer.from(JSON.stringify({ filename: "bench.mp4", content_type: "video/mp4", length }))];
  const reply = await expecting([201], call(server, agent, "POST", "/v1/uploads", body));
  return openedSchema.parse(JSON.parse(reply.text));
}

export async function storedDigest(server: SluiceServer, agent: Agent, id: string): Promise<string | null> {
  return (await view(server, agent, id)).asset?.sha256 ?? null;
}

/** Cancels what is not complete, deletes what is. */
export async function removeUpload(server: SluiceServer, agent: Agent, id: string): Promise<void> {
  const { asset } = await view(server, agent, id);
  const path = asset === null ? `/v1/uploads/${id}` : `/v1/assets/${asset.id}`;
  await expecting([200, 204], call(server, agent, "DELETE", path));
}

export function receiptId(text: string): string {
  return receiptSchema.parse(JSON.parse(text)).id;
}

async function view(server: SluiceServer, agent: Agent, id: string): Promise<z.infer<typeof viewSchema>> {
  return viewSchema.parse(JSON.parse((await expecting([200], call(server, agent, "GET", `/v1/uploads/${id}`))).text));
}

function call({ url, apiKey }: SluiceServer, agent: Agent, method: string, path: string, body: readonly Buffer[] = []): Promise<Answer> {
  const headers = { authorization: `Bearer ${apiKey}`, ...(body.length > 0 && { "content-type": "application/json" }) };
  return exchange(agent, { method, url: `${url}${path}`, headers, body });
}
