import { RATE_WINDOW, RATES, type Counted, type RateLimits, type Sender } from "#domain/operators/rates.ts";

/** Counts, and lets as many through as the test says. */
export function fakeRates() {
  const counted: { readonly what: Counted; readonly sender: Sender }[] = [];
  const left = { calls: Number.POSITIVE_INFINITY, creations: Number.POSITIVE_INFINITY };
  const rates: RateLimits = {
    exceeded: async (what, sender) => {
      counted.push({ what, sender });
      left[what] -= 1;
      const policy = `${what}-by-caller`;
      const quota = what === "calls" ? RATES.calls["calls-by-caller"] : RATES.creations["creations-by-caller"];
      return left[what] >= 0 ? null : { code: "rate_limited", policy, quota, windowSeconds: RATE_WINDOW };
    },
  };
  return { rates, counted, left };
}
