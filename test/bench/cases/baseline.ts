import { z } from "zod";
import { partPlan } from "#domain/uploads/part-plan.ts";
import type { Content } from "#test/bench/content.ts";
import { connections, exchange, expecting } from "#test/bench/exchange.ts";
import type { Server } from "#test/bench/servers/server.ts";
import type { Case, Turn } from "#test/bench/turns.ts";

const begunSchema = z.object({ upload: z.string() });
const partSchema = z.object({ etag: z.string() });
const doneSchema = z.object({ size: z.int(), sha256: z.string().nullish() });

/** R2 takes no smaller part, unless it is the last. */
const MIN_PART_BYTES = 5 * 1024 * 1024;

export type BaselineOptions = {
  readonly name: string;
  readonly kind: "bare" | "equal";
  readonly chunkBytes: number;
  readonly digest: boolean;
};

/** Against the baseline Worker; see there. */
export function baselineCase({ url }: Server, content: Content, { name, kind, chunkBytes, digest }: BaselineOptions): Case {
  const agent = connections();
  const key = `${kind}-${crypto.randomUUID()}`;
  let upload = "";
  const at = (path: string, query: string): string => `${url}/${path}/${key}?upload=${encodeURIComponent(upload)}&${query}`;

  const begin = async (): Promise<void> => {
    const { partBytes } = partPlan(content.sizeBytes);
    const begun = exchange(agent, { method: "POST", url: at(kind, `part_bytes=${partBytes}&digest=${digest}`) });
    upload = begunSchema.parse(JSON.parse((await expecting([200], begun)).text)).upload;
  };

  const complete = async (parts: readonly { partNumber: number; etag: string }[]): Promise<void> => {
    const body = [Buffer.from(JSON.stringify(parts))];
    const reply = await expecting([200], exchange(agent, { method: "POST", url: at(`${kind}-complete`, ""), body }));
    const done = doneSchema.parse(JSON.parse(reply.text));
    if (done.size !== content.sizeBytes) throw new Error(`${name} stored ${done.size} bytes`);
    if (digest && done.sha256 !== content.sha256()) throw new Error(`${name} stored other bytes`);
  };

  return {
    name,
    async run(turn: Turn) {
      await begin();
      const parts: { partNumber: number; etag: string }[] = [];
      for (let start = 0; start < content.sizeBytes; start += chunkBytes) {
        const end = Math.min(start + chunkBytes, content.sizeBytes);
        await turn(end - start);
        const partNumber = parts.length + 1;
        const put = exchange(agent, { method: "PUT", url: at(kind, `part=${partNumber}`), body: content.pieces(start, end) });
        const { text } = await expecting(kind === "bare" ? [200] : [204], put);
        if (kind === "bare") parts.push({ partNumber, etag: partSchema.parse(JSON.parse(text)).etag });
      }
      if (kind === "equal" || chunkBytes >= MIN_PART_BYTES) await complete(parts);
    },
    async discard() {
      await exchange(agent, { method: "DELETE", url: at(kind, "") });
      agent.destroy();
    },
  };
}
