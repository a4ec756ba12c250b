import type { Secrets } from "#domain/identity/secrets.ts";
import { parseId, type UploadId } from "#domain/ids.ts";

const SECRET = /^[\w-]{43}$/;

/** The `n`th handle of an upload. `0` is the one of its creation, so that a repeated creation gives the same URL. */
export async function handleOf(secrets: Secrets, id: UploadId, n: string): Promise<{ handle: string; secretHash: string }> {
  const secret = await secrets.sign("handle", `${id}.${n}`);
  return { handle: `${id}.${secret}`, secretHash: await secrets.sha256(secret) };
}

/** The parts of `<upload id>.<secret>`, null when it has not that form. */
export function parseHandle(handle: string): { id: UploadId; secret: string } | null {
  const dot = handle.indexOf(".");
  const id = parseId("upl", handle.slice(0, Math.max(0, dot)));
  const secret = handle.slice(dot + 1);
  return id === null || !SECRET.test(secret) ? null : { id, secret };
}
