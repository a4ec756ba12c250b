import ipaddr from "ipaddr.js";
import { sha256 } from "#adapters/crypto/web-secrets.ts";
import { RATES, RATE_WINDOW, type RateLimits } from "#domain/operators/rates.ts";

/** Who has one /64 has all of it. */
const OWN_BYTES = 8;

type Counter = { limit(options: { key: string }): Promise<{ success: boolean }> };
type Counters = { readonly callers: Counter; readonly addresses: Counter };

/** The platform's counters. One that does not answer lets everybody through: it is no lock. */
export function platformRateLimits(counters: { readonly calls: Counters; readonly creations: Counters }): RateLimits {
  return {
    exceeded: async (counted, { authorization, address }) => {
      const { callers, addresses } = counters[counted];
      const asked = [
        { policy: `${counted}-by-caller`, counter: callers, key: authorization === null ? null : await sha256(authorization) },
        { policy: `${counted}-by-address`, counter: addresses, key: address === null ? null : networkOf(address) },
      ];
      const quotas: Readonly<Record<string, number>> = RATES[counted];
      const answers = await Promise.all(asked.map(async ({ counter, key }) => key === null || (await isWithin(counter, key))));
      const over = asked.find((_, index) => answers[index] === false);
      return over === undefined
        ? null
        : { code: "rate_limited", policy: over.policy, quota: quotas[over.policy] ?? 0, windowSeconds: RATE_WINDOW };
    },
  };
}

async function isWithin(counter: Counter, key: string): Promise<boolean> {
  try {
    return (await counter.limit({ key })).success;
  } catch {
    return true;
  }
}

/** Null for what is no address: it is nobody's. */
function networkOf(address: string): string | null {
  if (!ipaddr.isValid(address)) return null;
  const parsed = ipaddr.process(address);
  return parsed.kind() === "ipv4" ? parsed.toString() : parsed.toByteArray().slice(0, OWN_BYTES).join(".");
}
