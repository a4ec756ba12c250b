import { env, exports } from "cloudflare:workers";
import { expect, test } from "vitest";
import { z } from "zod";
import { PUBLISHED_COSTS, quotaRequest } from "#domain/quota/costs.ts";
import { services } from "#services";

const { OPERATOR_KEY } = z.object({ OPERATOR_KEY: z.string() }).parse(env);
const answer = z.object({ project: z.string(), buckets: z.array(z.looseObject({ bucket: z.string(), used: z.int(), limit: z.int() })) });

test("what callers reserve is what an operator sees", async () => {
  const { quotas, googleProject } = services(env);
  expect(await quotas.get(googleProject).reserve(quotaRequest(PUBLISHED_COSTS, "a", "captions.insert"))).toEqual({
    granted: true,
    left: 9_600,
  });
  expect(await quotas.get(googleProject).reserve(quotaRequest(PUBLISHED_COSTS, "b", "videos.insert"))).toEqual({ granted: true, left: 99 });
  const response = await exports.default.fetch(
    new Request("https://sluice.test/v1/operator/quota", { headers: { Authorization: `Bearer ${OPERATOR_KEY}` } }),
  );
  expect(response.status).toBe(200);
  expect(answer.parse(await response.json())).toMatchObject({
    project: "default",
    buckets: [
      { bucket: "inserts", used: 1, limit: 100 },
      { bucket: "searches", used: 0, limit: 100 },
      { bucket: "units", used: 400, limit: 10_000 },
    ],
  });
});
