import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { platformRateLimits } from "#adapters/rate-limits.ts";
import { RATES } from "#domain/operators/rates.ts";

const rates = platformRateLimits({
  calls: { callers: env.CALLS_BY_CALLER, addresses: env.CALLS_BY_ADDRESS },
  creations: { callers: env.CREATIONS_BY_CALLER, addresses: env.CREATIONS_BY_ADDRESS },
});

test("the platform's own counter refuses the one after the last, and nobody else", async () => {
  const quota = RATES.creations["creations-by-caller"];
  const ask = (authorization: string) => rates.exceeded("creations", { authorization, address: null });
  // Twice as many as fit into one window: however it falls into two, one of them is too many.
  const answers = await Promise.all(Array.from({ length: 2 * quota + 1 }, () => ask("Bearer key_a")));
  expect(answers.filter((answer) => answer === null).length).toBeGreaterThanOrEqual(quota);
  expect(answers.find((answer) => answer !== null)).toEqual({
    code: "rate_limited",
    policy: "creations-by-caller",
    quota,
    windowSeconds: 60,
  });
  expect(await ask("Bearer key_b")).toBeNull();
});
