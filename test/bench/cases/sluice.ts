import type { Agent } from "node:http";
import type { Content } from "#test/bench/content.ts";
import { connections, expecting, exchange } from "#test/bench/exchange.ts";
import type { SluiceServer } from "#test/bench/servers/sluice.ts";
import type { Case, Turn } from "#test/bench/turns.ts";
import { openUpload, receiptId, removeUpload, storedDigest } from "./sluice-api.ts";
import { uploadByTusClient } from "./tus-client.ts";

/** How the bytes get from here to an upload that has been opened. */
export type Way = (upload: {
  readonly url: string;
  readonly content: Content;
  readonly agent: Agent;
  readonly turn: Turn;
}) => Promise<void>;

/** An upload of the native API, carried over in some dialect; its digest is compared with that of what was sent. */
export function sluiceCase(server: SluiceServer, content: Content, name: string, way: Way): Case {
  const agent = connections();
  let id: string | null = null;
  return {
    name,
    async run(turn) {
      const upload = await openUpload(server, agent, content.sizeBytes);
      id = upload.id;
      await way({ url: upload.upload_url, content, agent, turn });
      if ((await storedDigest(server, agent, id)) !== content.sha256()) throw new Error(`${name} stored other bytes`);
    },
    async discard() {
      if (id !== null) await removeUpload(server, agent, id);
      agent.destroy();
    },
  };
}

/** One PUT without a range. */
export const whole: Way = async ({ url, content, agent, turn }) => {
  await turn(content.sizeBytes);
  const body = content.pieces(0, content.sizeBytes);
  await expecting([200], exchange(agent, { method: "PUT", url, body }));
};

export const byContentRange =
  (chunkBytes: number): Way =>
  async ({ url, content, agent, turn }) => {
    for (let start = 0; start < content.sizeBytes; start += chunkBytes) {
      await turn(Math.min(chunkBytes, content.sizeBytes - start));
      await putRange(agent, url, content, start, chunkBytes);
    }
  };

export const byTus =
  (chunkBytes: number): Way =>
  async ({ url, content, agent, turn }) => {
    for (let start = 0; start < content.sizeBytes; start += chunkBytes) {
      const end = Math.min(start + chunkBytes, content.sizeBytes);
      await turn(end - start);
      await patch(agent, url, content, start, end);
    }
  };

export const byTusClient =
  (chunkBytes: number): Way =>
  async ({ url, content, turn }) => {
    await uploadByTusClient({ uploadUrl: url }, content, chunkBytes, turn);
  };

/** `width` ranges at once, each over a connection of its own. */
export const bySwarm =
  (width: number, chunkBytes: number): Way =>
  async ({ url, content, agent, turn }) => {
    for (let start = 0; start < content.sizeBytes; start += width * chunkBytes) {
      await turn(Math.min(width * chunkBytes, content.sizeBytes - start));
      const starts = Array.from({ length: width }, (_, index) => start + index * chunkBytes).filter((each) => each < content.sizeBytes);
      await Promise.all(starts.map((each) => putRange(agent, url, content, each, chunkBytes)));
    }
  };

export async function patch(agent: Agent, url: string, content: Content, start: number, end: number): Promise<void> {
  const headers = { "tus-resumable": "1.0.0", "upload-offset": String(start), "content-type": "application/offset+octet-stream" };
  await expecting([204], exchange(agent, { method: "PATCH", url, headers, body: content.pieces(start, end) }));
}

async function putRange(agent: Agent, url: string, content: Content, start: number, chunkBytes: number): Promise<void> {
  const end = Math.min(start + chunkBytes, content.sizeBytes);
  const headers = { "content-range": `bytes ${start}-${end - 1}/${content.sizeBytes}` };
  await expecting([200, 308], exchange(agent, { method: "PUT", url, headers, body: content.pieces(start, end) }));
}

/** `PUT /upload/{name}`: the caller's key is checked and the name looked up with every chunk. */
export function namedCase(server: SluiceServer, content: Content, name: string, chunkBytes: number): Case {
  const agent = connections();
  const fileName = `bench-${crypto.randomUUID()}.mp4`;
  const url = `${server.url}/upload/${fileName}`;
  let id: string | null = null;
  return {
    name,
    async run(turn) {
      for (let start = 0; start < content.sizeBytes; start += chunkBytes) {
        const end = Math.min(start + chunkBytes, content.sizeBytes);
        await turn(end - start);
        const headers = {
          authorization: `Bearer ${server.apiKey}`,
          "content-range": `bytes ${start}-${end - 1}/${content.sizeBytes}`,
        };
        const put = exchange(agent, { method: "PUT", url, headers, body: content.pieces(start, end) });
        const { text } = await expecting(end === content.sizeBytes ? [200] : [308], put);
        if (end === content.sizeBytes) id = receiptId(text);
      }
      if (id === null || (await storedDigest(server, agent, id)) !== content.sha256()) throw new Error(`${name} stored other bytes`);
    },
    async discard() {
      if (id !== null) await removeUpload(server, agent, id);
      agent.destroy();
    },
  };
}
