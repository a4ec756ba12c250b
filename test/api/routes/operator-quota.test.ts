import { expect, test } from "vitest";
import { apiUnderTest } from "#test/fakes/api-under-test.ts";
import { NOW } from "#test/fakes/builders.ts";

const MINUTE = 60_000;

async function underQuota() {
  const api = await apiUnderTest();
  const look = (query = "", as: string | null = api.asOperator) => api.send(`/v1/operator/quota${query}`, { as });
  return { ...api, look };
}

test("shows what is left of the day, how long it will last, by what it was used, and the days before", async () => {
  const { look, services, clock } = await underQuota();
  const ledger = services.quotas.get("default");
  for (const id of ["a", "b"]) await ledger.reserve({ id, bucket: "inserts", cost: 1, method: "videos.insert" });
  await ledger.settle("a", 1);
  await ledger.reserve({ id: "c", bucket: "units", cost: 5000, method: "videos.update" });
  await ledger.exhausted("searches");
  expect(await look()).toMatchObject({
    status: 200,
    json: {
      project: "default",
      day: "2026-11-20",
      resets_at: "2026-11-21T08:00:00.000Z",
      buckets: [
        { bucket: "inserts", limit: 100, used: 2, reserved: 1, left: 98, exhausted_by_peer: false, forecast_at: null },
        {
          bucket: "searches",
          limit: 100,
          used: 0,
          reserved: 0,
          left: 0,
          exhausted_by_peer: true,
          forecast_at: new Date(clock.now()).toISOString(),
        },
        { bucket: "units", used: 5000, left: 5000, forecast_at: new Date(NOW + 60 * MINUTE).toISOString() },
      ],
      methods: [
        { method: "videos.update", calls: 1, cost: 5000 },
        { method: "videos.insert", calls: 2, cost: 2 },
      ],
      history: [{ day: "2026-11-20", used: { inserts: 2, searches: 0, units: 5000 } }],
    },
  });
});

test("shows another project that is named, and a new one as untouched", async () => {
  const { look, services } = await underQuota();
  await services.quotas.get("newsroom-2").reserve({ id: "a", bucket: "inserts", cost: 1, method: "videos.insert" });
  expect((await look("?project=newsroom-2")).json).toMatchObject({ project: "newsroom-2", buckets: [{ used: 1 }, {}, {}] });
  expect((await look()).json).toMatchObject({ project: "default", buckets: [{ used: 0 }, {}, {}], methods: [] });
});

test("refuses a name that no project has, and everybody but operators", async () => {
  const { look, authorization } = await underQuota();
  expect((await look("?project=a")).status).toBe(200);
  expect(await look("?project=A")).toMatchObject({ status: 400, json: { code: "invalid_request" } });
  expect(await look(`?project=${"a".repeat(64)}`)).toMatchObject({ status: 400, json: { code: "invalid_request" } });
  expect(await look("", authorization)).toMatchObject({ status: 401, json: { code: "unauthorized" } });
  expect(await look("", null)).toMatchObject({ status: 401, json: { code: "unauthorized" } });
});
