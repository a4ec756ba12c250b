import type { IncomingHttpHeaders } from "node:http";

const REMEMBERED = 10_000;

/** Knows which request carries an upload's last bytes, in any dialect, by what passed through before. */
export interface Finality {
  isFinal(method: string, path: string, headers: IncomingHttpHeaders): boolean;
  /** A reply may say how long the upload at a path is (tus: `Upload-Length`). */
  learn(path: string, request: IncomingHttpHeaders, reply: IncomingHttpHeaders): void;
}

export function finality(): Finality {
  const lengths = new Map<string, number>();

  return {
    isFinal(method, path, headers) {
      if (method !== "PUT" && method !== "PATCH" && method !== "POST") return false;
      const complete = headers["upload-complete"];
      if (complete !== undefined) return complete === "?1";
      const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers["content-range"] ?? "");
      if (range !== null) return Number(range[2]) + 1 === Number(range[3]);
      if (headers["content-range"] !== undefined) return false;
      const offset = numberIn(headers["upload-offset"]);
      if (offset !== null) return lengths.has(path) && offset + (numberIn(headers["content-length"]) ?? 0) === lengths.get(path);
      return method === "PUT";
    },

    learn(path, request, reply) {
      const length = numberIn(reply["upload-length"]) ?? numberIn(request["upload-length"]);
      if (length === null) return;
      lengths.set(reply.location === undefined ? path : pathOf(reply.location, path), length);
      const oldest = lengths.size > REMEMBERED ? lengths.keys().next().value : undefined;
      if (oldest !== undefined) lengths.delete(oldest);
    },
  };
}

function numberIn(value: string | string[] | undefined): number | null {
  return typeof value === "string" && /^\d+$/.test(value) ? Number(value) : null;
}

const pathOf = (location: string, base: string): string =>
  URL.canParse(location, `http://edge${base}`) ? new URL(location, `http://edge${base}`).pathname : location;
