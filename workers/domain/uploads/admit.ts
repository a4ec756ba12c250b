import type { ApplicationConsent, ApplicationQuestion } from "#domain/identity/application.ts";
import { callerByKey } from "#domain/identity/authenticate.ts";
import type { Caller } from "#domain/identity/caller.ts";
import type { Failure } from "#domain/failures.ts";
import type { CreatorId } from "#domain/ids.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { ConsentMemory } from "./consent.ts";
import type { IntakePorts } from "./intake-ports.ts";
import type { ApplicationFailure, RequestContext } from "./intake.ts";

/** Whose uploads they are when the application lets a caller in without a name. */
const DEFAULT_CREATOR = "default";

type Subject = Pick<ApplicationQuestion, "action" | "upload">;

/** Settles who is asking: by API key, by what the application says, or both. The application is asked about everybody. */
export async function admit(
  ports: IntakePorts,
  subject: Subject,
  context: RequestContext,
  ask: (question: ApplicationQuestion) => Promise<Result<ApplicationConsent, ApplicationFailure>>,
): Promise<Result<Caller, ApplicationFailure | Failure<"unauthorized" | "forbidden">>> {
  const byKey = await callerByKey(ports, context.authorization);
  if (!byKey.ok) return byKey;
  const holder = byKey.value;
  if (holder !== null && !holder.scopes.includes("uploads:write")) return err({ code: "forbidden", scope: "uploads:write" });
  if (ports.application === null) {
    return holder === null ? err({ code: "unauthorized", detail: "Send `Authorization: Bearer key_…`." }) : ok(holder);
  }
  const consent = await ask({ ...subject, requestId: context.requestId, creatorId: holder?.creatorId ?? null });
  if (!consent.ok) return consent;
  if (holder !== null) return ok(holder);
  const creatorId = await creatorCalled(ports, consent.value.creator ?? DEFAULT_CREATOR);
  return ok({ creatorId, keyId: null, scopes: ["uploads:write"] });
}

/** The creator whom the application calls so, who is created on demand. */
async function creatorCalled({ creators, clock }: IntakePorts, externalId: string): Promise<CreatorId> {
  const known = await creators.byExternalId(externalId);
  if (known !== null) return known.id;
  const creator = { id: clock.newId("crt"), name: externalId, externalId, keepMs: null, keepAfterVerifiedMs: null, createdAt: clock.now() };
  if (await creators.add(creator, null)) return creator.id;
  const other = await creators.byExternalId(externalId);
  if (other === null) throw new Error("a creator is neither new nor known");
  return other.id;
}

/**
 * Asks the application, or recalls what it has just allowed this caller about the same subject. The question is only made when it
 * is asked; where there turns out to be nothing to ask about (null), whoever looks for the upload says so.
 */
export async function askRemembering(
  ports: Pick<IntakePorts, "application" | "secrets" | "clock">,
  memory: ConsentMemory,
  key: string,
  question: () => Promise<ApplicationQuestion | null>,
  authorization: string | null,
): Promise<Result<ApplicationConsent, ApplicationFailure>> {
  if (ports.application === null) return ok({ creator: null });
  const headerHash = await ports.secrets.sha256(authorization ?? "");
  const known = memory.recall(headerHash, key, ports.clock.now());
  if (known !== null) return ok(known);
  const asking = await question();
  if (asking === null) return ok({ creator: null });
  const asked = await ports.application.ask(asking, authorization);
  if (asked.ok) memory.keep(headerHash, key, asked.value, ports.clock.now());
  return asked;
}
