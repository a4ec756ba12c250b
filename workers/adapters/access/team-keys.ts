import { importJWK } from "jose";
import { z } from "zod";
import { readBounded } from "#adapters/read-bounded.ts";

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 65_536;
/** A key that is published no more is good no longer than this. */
const FRESH_MS = 60 * 60_000;
/** How long keys are good while the team's address does not answer. */
const STALE_MS = 24 * 60 * 60_000;
/** A key id that nobody knows makes us look no more often than this. */
const LOOK_AGAIN_MS = 60_000;
/** After a reading that failed while there were no keys at all. */
const RETRY_MS = 5_000;
const PAUSE_MS = 25;

const published = z.object({ keys: z.array(z.unknown()) });
const rsaKey = z.object({ kty: z.literal("RSA"), kid: z.string(), n: z.string(), e: z.string() });

/** What an isolate knows of a team's keys: values only, because a request can't wait for another one's promise. */
export type TeamKeysMemory = { keys: ReadonlyMap<string, CryptoKey> | null; readAt: number; triedAt: number; readingUntil: number };

export const teamKeysMemory = (): TeamKeysMemory => ({
  keys: null,
  readAt: Number.NEGATIVE_INFINITY,
  triedAt: Number.NEGATIVE_INFINITY,
  readingUntil: 0,
});

export type TeamKeysPorts = {
  readonly send: (request: Request) => Promise<Response>;
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<void>;
};

/** Passes by itself: whoever asked is told to come again. */
class TeamUnreachable extends Error {
  readonly retryable = true;
}

/** The public keys of a team, by key id. Rotation is seen by an unknown id; an old key is good while it is published. */
export function teamKeys(team: string, memory: TeamKeysMemory, { send, now, pause }: TeamKeysPorts) {
  const read = async (): Promise<void> => {
    memory.triedAt = now();
    memory.readingUntil = now() + TIMEOUT_MS;
    try {
      const response = await send(
        new Request(`${team}/cdn-cgi/access/certs`, { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) }),
      );
      const text = await readBounded(response, MAX_BYTES);
      if (response.status !== 200) throw new Error(`the team answered ${response.status}`);
      const { keys } = published.parse(JSON.parse(text));
      memory.keys = new Map((await Promise.all(keys.map(imported))).flat());
      memory.readAt = now();
    } catch (cause) {
      if (memory.keys === null || now() - memory.readAt >= STALE_MS)
        throw new TeamUnreachable("The keys of the Access team can't be had; please retry.", { cause });
    } finally {
      memory.readingUntil = 0;
    }
  };

  const beingRead = async (kid: string): Promise<void> => {
    while (now() < memory.readingUntil && memory.keys?.has(kid) !== true) await pause(PAUSE_MS);
  };

  return {
    byId: async (kid: string): Promise<CryptoKey | null> => {
      if (memory.keys === null) {
        await beingRead(kid);
        if (memory.keys === null && now() - memory.triedAt < RETRY_MS)
          throw new TeamUnreachable("The keys of the Access team could not be had just now; please retry.");
      }
      const since = now() - memory.triedAt;
      const isOld = now() - memory.readAt >= FRESH_MS;
      const isKnown = memory.keys?.has(kid) === true;
      if ((isOld || !isKnown) && since >= LOOK_AGAIN_MS) await read();
      else if (memory.keys === null) await read();
      else if (!isKnown) await beingRead(kid);
      if (now() - memory.readAt >= STALE_MS) throw new TeamUnreachable("The keys of the Access team are too old; please retry.");
      return memory.keys?.get(kid) ?? null;
    },
  };
}

/** One that can't be used says nothing about the others. */
async function imported(published: unknown): Promise<[string, CryptoKey][]> {
  const jwk = rsaKey.safeParse(published);
  if (!jwk.success) return [];
  const { kid, ...parts } = jwk.data;
  try {
    const key = await importJWK(parts, "RS256");
    return key instanceof Uint8Array ? [] : [[kid, key]];
  } catch {
    return [];
  }
}
