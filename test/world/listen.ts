import type { Server } from "node:http";
import { err, ok, type Result } from "#domain/result.ts";

export type PortTaken = { readonly code: "port_taken"; readonly port: number };

const LOOPBACK = "127.0.0.1";

/** Listens on one loopback port; 0 means any free one. */
export function listen(server: Server, port: number): Promise<Result<number, PortTaken>> {
  return new Promise((resolve, reject) => {
    const refused = (cause: NodeJS.ErrnoException): void => {
      server.off("listening", listening);
      if (cause.code === "EADDRINUSE" || cause.code === "EACCES") resolve(err({ code: "port_taken", port }));
      else reject(cause);
    };
    const listening = (): void => {
      server.off("error", refused);
      const address = server.address();
      resolve(ok(typeof address === "object" && address !== null ? address.port : port));
    };
    server.once("error", refused).once("listening", listening).listen(port, LOOPBACK);
  });
}

/** Listens on the first of these ports that is free, otherwise on any. */
export async function listenOnFirstFree(server: Server, preferred: readonly number[]): Promise<number> {
  for (const port of preferred) {
    const outcome = await listen(server, port);
    if (outcome.ok) return outcome.value;
  }
  const outcome = await listen(server, 0);
  if (!outcome.ok) throw new Error("no free port on 127.0.0.1");
  return outcome.value;
}

/** Closes the server and every connection to it. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
