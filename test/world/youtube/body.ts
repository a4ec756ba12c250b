import { err, ok, type Result } from "#domain/result.ts";
import type { Call } from "./call.ts";
import { type Refusal, refuse } from "./refusals.ts";

const MAX_BYTES = 1024 * 1024;

/** The sender went before its body was whole. */
export class BodyCut extends Error {
  override readonly name = "BodyCut";
}

type TooLarge = { readonly code: "too_large" };

/** The whole body, up to a bound; what is beyond it is read and dropped. */
async function readBytes(call: Call, maxBytes = MAX_BYTES): Promise<Result<Buffer, TooLarge>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of call.body()) {
    bytes += chunk.byteLength;
    if (bytes <= maxBytes) chunks.push(chunk);
  }
  return bytes > maxBytes ? err({ code: "too_large" }) : ok(Buffer.concat(chunks));
}

/** A request's JSON; nothing reads as `{}`. */
export async function readResource(call: Call): Promise<Result<unknown, Refusal>> {
  const bytes = await readBytes(call);
  return bytes.ok ? parseResource(bytes.value.toString("utf8")) : refuse("uploadTooLarge");
}

export function parseResource(text: string): Result<unknown, Refusal> {
  if (text.trim() === "") return ok({});
  try {
    return ok(JSON.parse(text));
  } catch {
    return refuse("parseError");
  }
}

export async function readForm(call: Call): Promise<URLSearchParams> {
  const bytes = await readBytes(call);
  return new URLSearchParams(bytes.ok ? bytes.value.toString("utf8") : "");
}

/** Reads a body that nobody wants, so that its sender gets to read the answer. */
export async function drain(call: Call): Promise<void> {
  for await (const chunk of call.body()) void chunk;
}
