import { expect, test } from "vitest";
import { apiUnderTest } from "#test/fakes/api-under-test.ts";
import { aDeletion, anAsset, DAY_MS, NOW } from "#test/fakes/builders.ts";

const LATER = new Date(NOW + DAY_MS).toISOString();

async function withAsset() {
  const api = await apiUnderTest();
  const asset = anAsset({ creatorId: api.creator.id });
  await api.assets.put(asset);
  const path = `/v1/assets/${asset.id}`;
  const tag = async () => (await api.send(path)).headers.get("ETag") ?? "";
  const change = async (body: object, match: string | null, as = api.authorization) =>
    api.post(path, body, { method: "PATCH", as, headers: match === null ? {} : { "If-Match": match } });
  return { ...api, asset, path, tag, change };
}

test("is changed from what was seen, and shown", async () => {
  const { change, tag, send, path } = await withAsset();
  const seen = await tag();
  expect(seen).toMatch(/^"[0-9a-f]{32}"$/);
  const changed = await change({ keep_until: LATER, keep_after_verified_seconds: 3600 }, seen);
  expect(changed).toMatchObject({ status: 200, json: { keep_until: LATER, keep_after_verified_seconds: 3600 } });
  expect(changed.headers.get("ETag")).toBe(await tag());
  expect((await send(path)).json).toMatchObject({ keep_until: LATER, keep_after_verified_seconds: 3600 });
  expect(await change({ keep_until: null }, await tag())).toMatchObject({ json: { keep_until: null, keep_after_verified_seconds: 3600 } });
  expect(await change({}, "*")).toMatchObject({ status: 200, json: { keep_after_verified_seconds: 3600 } });
});

test("is not changed from something that was seen before somebody else's change, nor blindly", async () => {
  const { change, tag, send, path } = await withAsset();
  const seen = await tag();
  await change({ keep_until: LATER }, seen);
  expect(await change({ keep_until: null }, seen)).toMatchObject({ status: 412, json: { code: "precondition_failed" } });
  expect(await change({ keep_until: null }, null)).toMatchObject({ status: 428, json: { code: "precondition_required" } });
  expect((await send(path)).json).toMatchObject({ keep_until: LATER });
});

test("of two changes at once one is refused", async () => {
  const { change, tag } = await withAsset();
  const seen = await tag();
  const answers = await Promise.all([change({ keep_until: LATER }, seen), change({ keep_after_verified_seconds: 60 }, seen)]);
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412]);
});

test.each<[string, object, number, string]>([
  ["a time that has passed", { keep_until: new Date(NOW).toISOString() }, 400, "invalid_request"],
  ["what is no time", { keep_until: "tomorrow" }, 400, "invalid_request"],
  ["a term of no length", { keep_after_verified_seconds: 0 }, 400, "invalid_request"],
  ["what can't be changed", { filename: "b.mp4" }, 400, "invalid_request"],
])("refuses %s", async (_name, body, status, code) => {
  const { change, tag } = await withAsset();
  expect(await change(body, await tag())).toMatchObject({ status, json: { code } });
});

test("is its creator's to change, with the scope for it, while the asset is there", async () => {
  const { change, tag, keyWith, assets, asset } = await withAsset();
  const seen = await tag();
  const reader = await keyWith({ scopes: ["assets:read"] });
  expect(await change({ keep_until: null }, seen, reader.authorization)).toMatchObject({ status: 403, json: { code: "forbidden" } });
  await assets.delete(asset.creatorId, asset.id, aDeletion());
  expect(await change({ keep_until: null }, seen)).toMatchObject({ status: 410, json: { code: "asset_gone" } });
});
