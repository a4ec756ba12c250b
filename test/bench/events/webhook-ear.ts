import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import type { SluiceServer } from "#test/bench/servers/sluice.ts";
import type { Arrival, Ear } from "./ear.ts";

const bodySchema = z.object({ timestamp: z.iso.datetime() });
const endpointSchema = z.object({ id: z.string() });

/** A receiver of webhooks on this machine, registered for every event; null where Sluice has no webhooks. */
export async function webhookEar({ url, apiKey }: SluiceServer): Promise<Ear | null> {
  const arrivals = new Map<string, Arrival>();
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.once("end", () => {
      const { timestamp } = bodySchema.parse(JSON.parse(Buffer.concat(pieces).toString()));
      arrivals.set(String(request.headers["webhook-id"]), { at: Date.now(), happenedAt: Date.parse(timestamp) });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };

  const { port } = server.address() as AddressInfo;
  const ask = (method: string, path: string, body?: object): Promise<Response> =>
    fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const reply = await ask("POST", "/v1/webhooks", { url: `http://127.0.0.1:${port}/` });
  if (reply.status === 404) {
    await close();
    return null;
  }
  if (reply.status !== 201) throw new Error(`POST /v1/webhooks answered ${reply.status}: ${await reply.text()}`);
  const { id } = endpointSchema.parse(await reply.json());
  return {
    name: "webhook",
    arrivals,
    stop: async () => {
      await ask("DELETE", `/v1/webhooks/${id}`);
      await close();
    },
  };
}
