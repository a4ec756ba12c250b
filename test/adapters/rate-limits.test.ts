import { expect, test } from "vitest";
import { platformRateLimits } from "#adapters/rate-limits.ts";

/** The platform's counter: so many per key, and nobody says how many are left. */
function counter(limit: number) {
  const counts = new Map<string, number>();
  return {
    counts,
    limit: async ({ key }: { key: string }) => {
      counts.set(key, (counts.get(key) ?? 0) + 1);
      return { success: (counts.get(key) ?? 0) <= limit };
    },
  };
}

const broken = { limit: () => Promise.reject(new Error("away")) };
const AUTHORIZATION = "Bearer key_secret";
const ADDRESS = "192.0.2.1";

function limits(callers = counter(2), addresses = counter(4)) {
  const generous = { callers: counter(99), addresses: counter(99) };
  return { callers, addresses, rates: platformRateLimits({ calls: { callers, addresses }, creations: generous }) };
}

test("refuses a caller who asks too often, wherever from, and says by which policy", async () => {
  const { rates } = limits();
  const from = (host: number) => rates.exceeded("calls", { authorization: AUTHORIZATION, address: `192.0.2.${host}` });
  expect([await from(1), await from(2)]).toEqual([null, null]);
  expect(await from(3)).toEqual({ code: "rate_limited", policy: "calls-by-caller", quota: 3000, windowSeconds: 60 });
  expect(await rates.exceeded("calls", { authorization: "Bearer key_other", address: ADDRESS })).toBeNull();
  expect(await rates.exceeded("creations", { authorization: AUTHORIZATION, address: ADDRESS })).toBeNull();
});

test("refuses an address from which too many ask, whoever they are", async () => {
  const { rates } = limits();
  const as = (key: string) => rates.exceeded("calls", { authorization: key, address: ADDRESS });
  for (const key of ["a", "b", "c", "d"]) expect(await as(key)).toBeNull();
  expect(await as("e")).toMatchObject({ code: "rate_limited", policy: "calls-by-address", quota: 6000 });
});

test.each([
  ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true],
  ["2001:db8:1:2::1", "2001:db8:1:3::1", false],
  ["::ffff:192.0.2.1", "192.0.2.1", true],
  ["192.0.2.1", "192.0.2.2", false],
])("counts %s and %s as one network: %s", async (one, other, same) => {
  const { rates, addresses } = limits();
  for (const address of [one, other]) await rates.exceeded("calls", { authorization: null, address });
  expect(addresses.counts.size).toBe(same ? 1 : 2);
});

test("keeps no key in a counter, and counts nobody who has none", async () => {
  const { rates, callers, addresses } = limits();
  await rates.exceeded("calls", { authorization: AUTHORIZATION, address: null });
  await rates.exceeded("calls", { authorization: null, address: "no address" });
  expect([...callers.counts.keys()].join()).toMatch(/^[0-9a-f]{64}$/);
  expect(addresses.counts.size).toBe(0);
});

test("lets everybody through while a counter is away", async () => {
  const away = { callers: broken, addresses: broken };
  const rates = platformRateLimits({ calls: away, creations: away });
  expect(await rates.exceeded("calls", { authorization: AUTHORIZATION, address: ADDRESS })).toBeNull();
});
