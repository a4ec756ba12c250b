import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

export const KIB256 = 256 * 1024;

export type Sent = { readonly status: number; readonly range: string | null; readonly id: string | null; readonly text: string };

type Sending = {
  readonly range?: string;
  readonly body?: Uint8Array;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** One request to an upload's address. */
export async function send(location: string, { range, body, method = "PUT", headers = {} }: Sending = {}): Promise<Sent> {
  const reply = await fetch(location, {
    method,
    redirect: "manual",
    headers: { ...headers, ...(range === undefined ? {} : { "content-range": range }) },
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
  });
  const text = await reply.text();
  const resource = z
    .object({ id: z.string() })
    .safeParse(reply.headers.get("content-type")?.startsWith("application/json") === true ? JSON.parse(text) : null);
  return { status: reply.status, range: reply.headers.get("range"), id: resource.data?.id ?? null, text };
}

export const ask = (location: string, total: number | "*" = "*"): Promise<Sent> => send(location, { range: `bytes */${total}` });

/** Sends the first bytes of a chunk, then goes without a word. */
export async function breakOff(location: string, range: string, body: Uint8Array, after: number): Promise<void> {
  const sending = request(location, { method: "PUT", headers: { "content-range": range, "content-length": String(body.byteLength) } });
  const gone = new Promise<void>((resolve) => {
    sending.once("error", () => resolve()).once("close", () => resolve());
  });
  await new Promise<void>((resolve) => {
    sending.write(body.subarray(0, after), () => resolve());
  });
  await sleep(20);
  sending.destroy();
  await gone;
}

/** A body of which nobody knows the length before it ends. */
export async function sendChunked(
  location: string,
  body: Uint8Array,
  { range, method = "PUT" }: { range?: string; method?: string } = {},
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const sending = request(location, {
      method,
      headers: { "transfer-encoding": "chunked", ...(range === undefined ? {} : { "content-range": range }) },
    });
    sending.once("error", reject).once("response", (reply) => {
      const chunks: Buffer[] = [];
      reply.on("data", (chunk: Buffer) => chunks.push(chunk));
      reply.once("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        const id = z
          .object({ id: z.string() })
          .safeParse(reply.headers["content-type"]?.startsWith("application/json") === true ? JSON.parse(text) : null);
        resolve({ status: reply.statusCode ?? 0, range: reply.headers.range ?? null, id: id.data?.id ?? null, text });
      });
    });
    const middle = Math.floor(body.byteLength / 2);
    sending.write(body.subarray(0, middle));
    sending.end(body.subarray(middle));
  });
}
