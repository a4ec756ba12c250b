import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { Secrets } from "./secrets.ts";

/** Who runs the service, as the audit log names them. */
export type Operator = { readonly actor: string };

/** What a request brings: `Authorization`, and the assertion that Cloudflare Access adds to what it lets through. */
export type OperatorCredentials = { readonly authorization: string | null; readonly assertion: string | null };

/** The team at Cloudflare Access whose members are operators. */
export interface AccessTeam {
  /** The actor whom an assertion names. Rejects when the team's keys can't be had: an outage. */
  whose(assertion: string): Promise<Result<string, Failure<"unauthorized">>>;
}

type OperatorPorts = { readonly secrets: Secrets; readonly operatorKey: string; readonly access: AccessTeam | null };

const TOKEN = /^bearer +(\S+)$/i;
/** Of the key's SHA-256: tells one key from the next, and nothing about either. */
const FINGERPRINT_DIGITS = 16;

/** Digests are compared, and to their ends: how long it takes tells nothing about the key. */
function equalDigests(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let index = 0; index < a.length; index += 1) difference |= a.charCodeAt(index) ^ b.charCodeAt(index % b.length);
  return difference === 0;
}

/** A key that is sent has to be right; only without one the assertion counts. */
export async function authenticateOperator(
  { secrets, operatorKey, access }: OperatorPorts,
  { authorization, assertion }: OperatorCredentials,
): Promise<Result<Operator, Failure<"unauthorized">>> {
  if (authorization === null && assertion !== null && access !== null) {
    const actor = await access.whose(assertion);
    return actor.ok ? ok({ actor: actor.value }) : actor;
  }
  const token = TOKEN.exec(authorization ?? "")?.[1] ?? "";
  const [sent, expected] = await Promise.all([secrets.sha256(token), secrets.sha256(operatorKey)]);
  return equalDigests(sent, expected)
    ? ok({ actor: `operator-key:${expected.slice(0, FINGERPRINT_DIGITS)}` })
    : err({ code: "unauthorized", detail: "Send `Authorization: Bearer <operator key>`, or come through Cloudflare Access." });
}
