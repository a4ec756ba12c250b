import type { Content } from "#test/bench/content.ts";
import { connections, exchange, expecting } from "#test/bench/exchange.ts";
import type { Server } from "#test/bench/servers/server.ts";
import type { Case } from "#test/bench/turns.ts";
import { uploadByTusClient } from "./tus-client.ts";

const TUS = { "tus-resumable": "1.0.0" };

export function tusNodeCase({ url }: Server, content: Content, name: string, chunkBytes: number): Case {
  const agent = connections();
  let uploadUrl: string | null = null;
  return {
    name,
    async run(turn) {
      uploadUrl = await uploadByTusClient({ endpoint: `${url}/files` }, content, chunkBytes, turn);
      const head = await expecting([200], exchange(agent, { method: "HEAD", url: uploadUrl, headers: TUS }));
      if (Number(head.headers["upload-offset"]) !== content.sizeBytes) throw new Error(`${name} did not store everything`);
    },
    async discard() {
      if (uploadUrl !== null) await exchange(agent, { method: "DELETE", url: uploadUrl, headers: TUS });
      agent.destroy();
    },
  };
}
