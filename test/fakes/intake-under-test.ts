import type { Application } from "#domain/identity/application.ts";
import { issueKey, type KeyDraft } from "#domain/identity/keys.ts";
import { SCOPES } from "#domain/identity/caller.ts";
import { consentMemory } from "#domain/uploads/consent.ts";
import type { RateLimits } from "#domain/operators/rates.ts";
import type { IntakeLimits } from "#domain/uploads/intake.ts";
import { intake } from "#domain/uploads/open-intake.ts";
import { aCreator, newId, NOW, aStamp } from "./builders.ts";
import { FAKE_LIMITS } from "./fake-intake.ts";
import { fakeSessions } from "./fake-sessions.ts";
import { memoryEventLog } from "./memory-event-log.ts";
import { memoryAssets, memoryUploads } from "./memory-directory.ts";
import { memoryCreators, memoryKeys } from "./memory-identities.ts";
import { fakeRates } from "./fake-rates.ts";
import { memoryAudit } from "./memory-audit.ts";
import { memorySwitches } from "./memory-switches.ts";
import { nodeSecrets } from "./node-secrets.ts";

export type IntakeOptions = {
  readonly application?: Application;
  readonly limits?: Partial<IntakeLimits>;
  readonly rates?: RateLimits;
};

/** The real intake over directories and sessions in memory, with a clock that stands still until it is moved. */
export async function intakeUnderTest({ application, limits, rates = fakeRates().rates }: IntakeOptions = {}) {
  const time = { now: NOW };
  const clock = { now: () => time.now, newId };
  const audit = memoryAudit();
  const switches = memorySwitches(audit);
  const ports = {
    keys: memoryKeys(audit),
    creators: memoryCreators(audit),
    directory: memoryUploads(switches),
    sessions: fakeSessions(() => time.now),
    application: application ?? null,
    rates,
    secrets: nodeSecrets(),
    clock,
    limits: { ...FAKE_LIMITS, ...limits },
  };
  const events = memoryEventLog();
  const creator = aCreator();
  await ports.creators.add(creator, null);
  /** `Authorization` of a new key. */
  const keyWith = async (draft: Partial<KeyDraft> = {}, owner = creator) => {
    const issued = await issueKey(ports, owner.id, { name: "test", scopes: SCOPES, expiresAt: null, ...draft }, aStamp());
    return { ...issued, authorization: `Bearer ${issued.text}` };
  };
  const { key, authorization } = await keyWith();
  const as = (sent: string | null = authorization) => ({ requestId: newId("req"), authorization: sent, address: null });
  return {
    ...ports,
    assets: memoryAssets(events),
    events,
    audit,
    switches,
    intake: intake(ports, consentMemory(100)),
    time,
    creator,
    key,
    keyWith,
    authorization,
    as,
  };
}
