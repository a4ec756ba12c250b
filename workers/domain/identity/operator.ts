import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { Secrets } from "./secrets.ts";

const TOKEN = /^bearer +(\S+)$/i;

/** Digests are compared, and to their ends: how long it takes tells nothing about the key. */
function equalDigests(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let index = 0; index < a.length; index += 1) difference |= a.charCodeAt(index) ^ b.charCodeAt(index % b.length);
  return difference === 0;
}

export async function authenticateOperator(
  secrets: Secrets,
  operatorKey: string,
  authorization: string | null,
): Promise<Result<true, Failure<"unauthorized">>> {
  const token = TOKEN.exec(authorization ?? "")?.[1] ?? "";
  const [sent, expected] = await Promise.all([secrets.sha256(token), secrets.sha256(operatorKey)]);
  return equalDigests(sent, expected) ? ok(true) : err({ code: "unauthorized", detail: "Send `Authorization: Bearer <operator key>`." });
}
