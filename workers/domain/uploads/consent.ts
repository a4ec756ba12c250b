import type { ApplicationConsent } from "#domain/identity/application.ts";

/** How long a caller who was let on is not asked about again. */
export const REMEMBERED_MS = 60_000;

/** What the application has allowed lately, by the caller's header (hashed) and what it was about. Refusals are not kept. */
export interface ConsentMemory {
  recall(headerHash: string, subject: string, now: number): ApplicationConsent | null;
  keep(headerHash: string, subject: string, consent: ApplicationConsent, now: number): void;
}

/** Holds the latest `capacity` consents, for no longer than `REMEMBERED_MS`. */
export function consentMemory(capacity: number): ConsentMemory {
  const kept = new Map<string, { consent: ApplicationConsent; until: number }>();
  const keyOf = (headerHash: string, subject: string) => `${headerHash} ${subject}`;
  return {
    recall: (headerHash, subject, now) => {
      const entry = kept.get(keyOf(headerHash, subject));
      return entry !== undefined && entry.until > now ? entry.consent : null;
    },
    keep: (headerHash, subject, consent, now) => {
      const key = keyOf(headerHash, subject);
      kept.delete(key);
      kept.set(key, { consent, until: now + REMEMBERED_MS });
      if (kept.size <= capacity) return;
      const [oldest] = kept.keys();
      if (oldest !== undefined) kept.delete(oldest);
    },
  };
}
