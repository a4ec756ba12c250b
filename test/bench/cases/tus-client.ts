import { DefaultHttpStack, Upload } from "tus-js-client";
import type { Content } from "#test/bench/content.ts";
import { connections } from "#test/bench/exchange.ts";
import type { Turn } from "#test/bench/turns.ts";

export type TusTarget = { readonly endpoint: string } | { readonly uploadUrl: string };

/** All of `content` by tus-js-client; resolves with the upload's URL. */
export async function uploadByTusClient(target: TusTarget, content: Content, chunkBytes: number, turn: Turn): Promise<string> {
  const agent = connections();
  let sent = 0;
  try {
    return await new Promise<string>((resolve, reject) => {
      const upload = new Upload(Buffer.alloc(0), {
        ...target,
        chunkSize: chunkBytes,
        retryDelays: null,
        storeFingerprintForResuming: false,
        metadata: { filename: "bench.mp4" },
        httpStack: new DefaultHttpStack({ agent }),
        fileReader: {
          openFile: async () => ({
            size: content.sizeBytes,
            slice: async (start: number, end: number) => {
              const to = Math.min(end, content.sizeBytes);
              return { value: Object.assign(content.slice(start, to), { size: to - start }), done: to === content.sizeBytes };
            },
            close: () => undefined,
          }),
        },
        async onBeforeRequest(request) {
          if (request.getMethod() !== "PATCH") return;
          const bytes = Math.min(chunkBytes, content.sizeBytes - sent);
          sent += bytes;
          await turn(bytes);
        },
        onSuccess: () => resolve(upload.url ?? ""),
        onError: reject,
      });
      upload.start();
    });
  } finally {
    agent.destroy();
  }
}
