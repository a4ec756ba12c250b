import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { dialects, type Dialects } from "./harness.ts";

export type ServedDialects = Dialects & { readonly url: string; close(): Promise<void> };

/** The dialects over the fake intake, on a port, for clients that can't be spoken to otherwise. */
export async function serveDialects(): Promise<ServedDialects> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const api = dialects(url);
  server.on("request", (incoming, outgoing) => {
    void answer(api, url, incoming).then(async (response) => {
      outgoing.writeHead(response.status, [...response.headers].flat());
      outgoing.end(Buffer.from(await response.arrayBuffer()));
    });
  });
  return {
    ...api,
    url,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

async function answer({ app }: Dialects, url: string, incoming: IncomingMessage): Promise<Response> {
  const method = incoming.method ?? "GET";
  const hasBody =
    method !== "GET" &&
    method !== "HEAD" &&
    (incoming.headers["content-length"] ?? "0") + (incoming.headers["transfer-encoding"] ?? "") !== "0";
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) for (const value of values ?? []) headers.append(name, value);
  const body = hasBody ? Readable.toWeb(incoming) : null;
  return app.fetch(new Request(new URL(incoming.url ?? "/", url), { method, headers, body, duplex: "half" }));
}
