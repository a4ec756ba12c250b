import { decodeProtectedHeader, errors, jwtVerify } from "jose";
import { z } from "zod";
import type { Failure } from "#domain/failures.ts";
import type { AccessTeam } from "#domain/identity/operator.ts";
import { err, ok, type Result } from "#domain/result.ts";
import { teamKeys, type TeamKeysMemory, type TeamKeysPorts } from "./team-keys.ts";

/** Longer than any assertion that Access makes: what is longer is not even decoded. */
const MAX_CHARACTERS = 16_384;
const SKEW_SECONDS = 30;

const headerSchema = z.object({ alg: z.literal("RS256"), kid: z.string().min(1).max(256) });
const personSchema = z.object({ email: z.string().min(1).max(320) });
const serviceSchema = z.object({ common_name: z.string().min(1).max(320) });

export type AccessSettings = { readonly team: string; readonly audiences: readonly string[] };

const refuse = (detail: string): Result<never, Failure<"unauthorized">> => err({ code: "unauthorized", detail });

/**
 * `Cf-Access-Jwt-Assertion`, verified as Cloudflare says (developers.cloudflare.com, "Validate JWTs"): RS256 and nothing else, the
 * team as issuer, one of our applications as audience, its times within half a minute.
 */
export function accessTeam({ team, audiences }: AccessSettings, memory: TeamKeysMemory, ports: TeamKeysPorts): AccessTeam {
  const keys = teamKeys(team, memory, ports);
  return {
    whose: async (assertion) => {
      const header = headerOf(assertion);
      if (header === null) return refuse("The Access assertion is not one that Access makes.");
      const key = await keys.byId(header.kid);
      if (key === null) return refuse("The Access assertion is signed with a key that the team does not publish.");
      try {
        const { payload } = await jwtVerify(assertion, key, {
          algorithms: ["RS256"],
          issuer: team,
          audience: [...audiences],
          clockTolerance: SKEW_SECONDS,
          currentDate: new Date(ports.now()),
          requiredClaims: ["iss", "aud", "exp", "iat"],
        });
        return actorIn(payload);
      } catch (cause) {
        if (cause instanceof errors.JWTClaimValidationFailed)
          return refuse(`The Access assertion is not for here or not for now: ${cause.claim}.`);
        if (cause instanceof errors.JOSEError) return refuse("The Access assertion is expired, or not signed by the team.");
        throw cause;
      }
    },
  };
}

function headerOf(assertion: string): z.output<typeof headerSchema> | null {
  if (assertion.length > MAX_CHARACTERS) return null;
  try {
    return headerSchema.safeParse(decodeProtectedHeader(assertion)).data ?? null;
  } catch {
    return null;
  }
}

/** A person by e-mail, a service token by its common name. */
function actorIn(payload: unknown): Result<string, Failure<"unauthorized">> {
  const person = personSchema.safeParse(payload);
  if (person.success) return ok(`access:${person.data.email}`);
  const service = serviceSchema.safeParse(payload);
  return service.success ? ok(`access-service:${service.data.common_name}`) : refuse("The Access assertion names nobody.");
}
