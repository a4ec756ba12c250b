import type { Application } from "#domain/identity/application.ts";
import { issueKey, type KeyDraft } from "#domain/identity/keys.ts";
import { SCOPES } from "#domain/identity/caller.ts";
import { consentMemory } from "#domain/uploads/consent.ts";
import type { IntakeLimits } from "#domain/uploads/intake.ts";
import { intake } from "#domain/uploads/open-intake.ts";
import { aCreator, newId, NOW } from "./builders.ts";
import { FAKE_LIMITS } from "./fake-intake.ts";
import { fakeSessions } from "./fake-sessions.ts";
import { memoryAssets, memoryCreators, memoryKeys, memoryUploads } from "./memory-directory.ts";
import { memoryEventLog } from "./memory-event-log.ts";
import { nodeSecrets } from "./node-secrets.ts";

export type IntakeOptions = { readonly application?: Application; readonly limits?: Partial<IntakeLimits> };

/** The real intake over directories and sessions in memory, with a clock that stands still until it is moved. */
export async function intakeUnderTest({ application, limits }: IntakeOptions = {}) {
  const time = { now: NOW };
  const clock = { now: () => time.now, newId };
  const ports = {
    keys: memoryKeys(),
    creators: memoryCreators(),
    directory: memoryUploads(),
    sessions: fakeSessions(() => time.now),
    application: application ?? null,
    secrets: nodeSecrets(),
    clock,
    limits: { ...FAKE_LIMITS, ...limits },
  };
  const events = memoryEventLog();
  const creator = aCreator();
  await ports.creators.add(creator);
  /** `Authorization` of a new key. */
  const keyWith = async (draft: Partial<KeyDraft> = {}, owner = creator) => {
    const issued = await issueKey(ports, owner.id, { name: "test", scopes: SCOPES, expiresAt: null, ...draft });
    return { ...issued, authorization: `Bearer ${issued.text}` };
  };
  const { key, authorization } = await keyWith();
  const as = (sent: string | null = authorization) => ({ requestId: newId("req"), authorization: sent });
  return {
    ...ports,
    assets: memoryAssets(events),
    events,
    intake: intake(ports, consentMemory(100)),
    time,
    creator,
    key,
    keyWith,
    authorization,
    as,
  };
}
