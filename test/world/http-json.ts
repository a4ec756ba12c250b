import type { IncomingMessage, ServerResponse } from "node:http";
import { err, ok, type Result } from "#domain/result.ts";

const MAX_BYTES = 1024 * 1024;

export type Unreadable = { readonly code: "invalid_json" | "body_too_large" };

/** The whole body as text, up to 1 MiB. A body that breaks off rejects. */
export async function readText(request: IncomingMessage): Promise<Result<string, Unreadable>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes <= MAX_BYTES) chunks.push(chunk);
  }
  return bytes > MAX_BYTES ? err({ code: "body_too_large" }) : ok(Buffer.concat(chunks).toString("utf8"));
}

/** An empty body reads as `{}`. */
export async function readJson(request: IncomingMessage): Promise<Result<unknown, Unreadable>> {
  const text = await readText(request);
  return text.ok ? parseJson(text.value) : text;
}

export function parseJson(text: string): Result<unknown, Unreadable> {
  if (text.trim() === "") return ok({});
  try {
    return ok(JSON.parse(text));
  } catch {
    return err({ code: "invalid_json" });
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown, contentType = "application/json"): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": contentType, "content-length": Buffer.byteLength(text) });
  response.end(text);
}

/** RFC 9457. */
export function sendProblem(response: ServerResponse, status: number, code: string, detail: string): void {
  sendJson(response, status, { type: "about:blank", title: code.replaceAll("_", " "), status, code, detail }, "application/problem+json");
}
