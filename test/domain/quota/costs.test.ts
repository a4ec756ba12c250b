import { expect, test } from "vitest";
import { isQuotaMethod, PUBLISHED_COSTS, quotaRequest } from "#domain/quota/costs.ts";
import { METHODS } from "#test/world/youtube/operations.ts";

test("costs what the stand-in of YouTube takes for every method that it serves", () => {
  const bucketOf = { "videos.insert": "inserts", "search.list": "searches", units: "units" } as const;
  const served = Object.entries(METHODS).map(([name, { bucket, cost }]) => [name, { bucket: bucketOf[bucket], cost }]);
  expect(PUBLISHED_COSTS).toMatchObject(Object.fromEntries(served));
});

test("knows methods by their whole names alone", () => {
  expect(["videos.insert", "captions.update", "videos", "videos.insert ", "toString"].filter(isQuotaMethod)).toEqual([
    "videos.insert",
    "captions.update",
  ]);
});

test("makes a request of a method, by the costs that are in force", () => {
  const costs = { ...PUBLISHED_COSTS, "videos.insert": { bucket: "units", cost: 1600 } } as const;
  expect(quotaRequest(PUBLISHED_COSTS, "a", "videos.insert")).toEqual({ id: "a", method: "videos.insert", bucket: "inserts", cost: 1 });
  expect(quotaRequest(costs, "b", "videos.insert")).toEqual({ id: "b", method: "videos.insert", bucket: "units", cost: 1600 });
});
