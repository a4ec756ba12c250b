import { Agent, type ClientRequest, type IncomingHttpHeaders, request } from "node:http";

export type Wanted = {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent in order; `Content-Length` is their sum. */
  readonly body?: readonly Buffer[];
  /** Between two pieces: a client on a thin line. */
  readonly pause?: () => Promise<void>;
};

export type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string };

/** Connections of one client, kept open from request to request. */
export function connections(): Agent {
  return new Agent({ keepAlive: true });
}

export function exchange(agent: Agent, { method, url, headers = {}, body = [], pause }: Wanted): Promise<Answer> {
  const length = body.reduce((sum, piece) => sum + piece.length, 0);
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, agent, headers: { ...headers, "content-length": String(length) } }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.once("error", reject);
      response.once("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(parts).toString() }),
      );
    });
    sent.once("error", reject);
    void (async () => {
      for (const piece of body) {
        if (!sent.write(piece)) await drained(sent);
        await pause?.();
      }
      sent.end();
    })();
  });
}

function drained(sent: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      sent.off("drain", go).off("close", go);
      resolve();
    };
    sent.on("drain", go).on("close", go);
  });
}

/** The answer when it has one of these statuses; anything else ends the measurement. */
export async function expecting(statuses: readonly number[], answer: Promise<Answer>): Promise<Answer> {
  const got = await answer;
  if (!statuses.includes(got.status))
    throw new Error(`answered ${got.status} where ${statuses.join(" or ")} was due: ${got.text.slice(0, 500)}`);
  return got;
}
