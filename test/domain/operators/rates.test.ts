import { readFileSync } from "node:fs";
import { parse } from "smol-toml";
import { expect, test } from "vitest";
import { RATE_WINDOW, RATES } from "#domain/operators/rates.ts";

type Limit = { name: string; simple: { limit: number; period: number } };

test("what callers are told is what wrangler.toml says", () => {
  const { ratelimits } = parse(readFileSync(new URL("../../../wrangler.toml", import.meta.url), "utf8")) as { ratelimits: Limit[] };
  const told = Object.entries({ ...RATES.calls, ...RATES.creations });
  expect(ratelimits.map(({ name, simple }) => [name, simple])).toEqual(
    told.map(([name, limit]) => [name.toUpperCase().replaceAll("-", "_"), { limit, period: RATE_WINDOW }]),
  );
});
