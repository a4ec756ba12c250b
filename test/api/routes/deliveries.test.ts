import { beforeEach, describe, expect, test } from "vitest";
import type { AssetId, DeliveryId } from "#domain/ids.ts";
import type { Asset } from "#domain/assets/asset.ts";
import { apiUnderTest } from "#test/fakes/api-under-test.ts";
import { aCreator, aDeletion, anAsset, newId, NOW } from "#test/fakes/builders.ts";
import { aDestination } from "#test/fakes/publishing-builders.ts";
import type { Destination } from "#domain/publishing/destination.ts";

type Api = Awaited<ReturnType<typeof apiUnderTest>>;
type Json = Record<string, unknown>;
let api: Api;
let asset: Asset;
let first: Destination;
let second: Destination;

beforeEach(async () => {
  api = await apiUnderTest();
  asset = await stored();
  first = await destination({ settings: { privacy: "unlisted", tags: ["house"] } });
  second = await destination({ account: "youtube:UC-second" });
});

const stored = async (changes: Partial<Asset> = {}): Promise<Asset> => {
  const made = anAsset({ creatorId: api.creator.id, ...changes });
  await api.services.assets.put(made);
  return made;
};
const destination = async (changes: Partial<Destination> = {}): Promise<Destination> => {
  const made = aDestination({ creatorId: api.creator.id, ...changes });
  await api.services.destinations.add(made);
  return made;
};
const publish = async (body: Json, init = {}, id: string = asset.id) => api.post(`/v1/assets/${id}/deliveries`, body, init);
const to = (...destinations: readonly Destination[]) => ({ deliveries: destinations.map(({ id }) => ({ destination_id: id })) });
const dataOf = (json: Json) => json["data"] as Json[];
const published = async (body: Json = to(first)): Promise<DeliveryId> => dataOf((await publish(body)).json)[0]?.["id"] as DeliveryId;
const pointersOf = (json: Json) => (json["errors"] as { pointer: string }[]).map(({ pointer }) => pointer).toSorted();
const none = async () => expect((await api.send("/v1/deliveries")).json).toMatchObject({ data: [] });
const act = async (id: string, verb: string, body: Json | null = null, as: string | null = api.authorization) =>
  body === null ? api.send(`/v1/deliveries/${id}/${verb}`, { method: "POST", as }) : api.post(`/v1/deliveries/${id}/${verb}`, body, { as });
const patch = async (id: string, body: Json, as: string | null = api.authorization) =>
  api.post(`/v1/deliveries/${id}`, body, { method: "PATCH", as });

/** It goes out, as far as that: what its publisher hears. */
async function happens(id: DeliveryId, ...reports: readonly ("opened" | "progress" | "commit" | "gone" | "final" | "accepted")[]) {
  const base = { now: NOW, leaseMs: 60_000 };
  await api.publishing.happens(id, { type: "grant", ...base });
  for (const type of reports) {
    const held = { deliveryId: id, epoch: 1 };
    const refusal = (kind: "gone" | "final") => ({ kind, code: `youtube.${kind}`, detail: "No.", retryAfterMs: null, bucket: null });
    const report =
      type === "gone" || type === "final"
        ? ({ ...held, type: "refused", refusal: refusal(type), until: null } as const)
        : type === "opened"
          ? ({ ...held, type, session: "sealed" } as const)
          : type === "progress"
            ? ({ ...held, type, bytesDone: 400 } as const)
            : type === "accepted"
              ? ({ ...held, type, remoteId: "dQw4w9WgXcQ" } as const)
              : ({ ...held, type } as const);
    await api.publishing.happens(id, { type: "report", report, chance: 0.5, ...base });
  }
}

describe("publishing an asset", () => {
  test("makes a delivery to each destination, with what it says over what the destination says", async () => {
    const answer = await publish({
      deliveries: [
        { destination_id: second.id, metadata: { title: "For them" }, priority: 5, schedule_at: "2031-01-01T00:00:00Z" },
        { destination_id: first.id },
      ],
      metadata: { title: "For all", description: "Ours", privacy: "public" },
    });
    expect(answer.status).toBe(201);
    const [there, here] = dataOf(answer.json);
    expect(there).toMatchObject({
      id: expect.stringMatching(/^dlv_/),
      asset_id: asset.id,
      upload_id: asset.uploadId,
      destination_id: second.id,
      account: "youtube:UC-second",
      title: "For them",
      status: "waiting",
      priority: 5,
      schedule_at: "2031-01-01T00:00:00.000Z",
      metadata: { title: "For them", description: "Ours", tags: [], category_id: "22", privacy: "public", made_for_kids: false },
      waiting_on: { reason: "schedule", sentence: "It is scheduled for 2031-01-01 00:00 UTC." },
      progress: null,
      failure: null,
      remote_url: null,
      finished_at: null,
    });
    expect(here).toMatchObject({ destination_id: first.id, metadata: { title: "For all", tags: ["house"] }, priority: 0 });
    expect(here?.["metadata"]).toMatchObject({ privacy: "public" });
  });

  test("is called as its file where nobody says otherwise", async () => {
    expect(dataOf((await publish(to(first))).json)).toMatchObject([{ title: "holiday" }]);
  });

  test("again is answered with what is there, unless that has failed or was cancelled", async () => {
    const id = await published();
    expect(await published()).toBe(id);
    await act(id, "cancel");
    const anew = await published();
    expect(anew).not.toBe(id);
    await happens(anew, "final");
    expect(await published()).not.toBe(anew);
  });

  test("is only described in a dry run, in the same words", async () => {
    const answer = await publish({ ...to(first, second), metadata: { title: "Harvest" }, dry_run: true });
    expect(answer.status).toBe(200);
    expect(dataOf(answer.json)).toMatchObject([
      {
        destination_id: first.id,
        account: "youtube:UC-films",
        metadata: { title: "Harvest", tags: ["house"] },
        priority: 0,
        schedule_at: null,
      },
      { destination_id: second.id, account: "youtube:UC-second", metadata: { title: "Harvest", tags: [] } },
    ]);
    await none();
    expect((await publish({ ...to(first), dry_run: false })).status).toBe(201);
  });

  test.each([false, true])("says everything that is wrong at once, and does nothing (dry run: %s)", async (dry_run) => {
    const wrong = await publish({
      dry_run,
      deliveries: [
        { destination_id: first.id },
        { destination_id: second.id, metadata: { title: "x".repeat(101), privacy: "secret" } },
        { destination_id: first.id, metadata: { tags: ["<"] } },
      ],
      metadata: { colour: "red" },
    });
    expect(wrong.json).toMatchObject({ status: 422, code: "video_refused" });
    expect(pointersOf(wrong.json)).toEqual([
      "/deliveries/1/metadata/privacy",
      "/deliveries/1/metadata/title",
      "/deliveries/2/metadata/tags/0",
      "/metadata/colour",
    ]);
    await none();
  });

  test("checks what comes of all that is said together", async () => {
    const late = await publish({
      deliveries: [{ destination_id: first.id, metadata: { publish_at: "2031-01-01T00:00:00Z" } }, { destination_id: second.id }],
    });
    expect(pointersOf(late.json)).toEqual(["/deliveries/0/metadata/privacy"]);
    await none();
    const past = { ...to(second), metadata: { publish_at: "2020-01-01T00:00:00Z" } };
    expect(pointersOf((await publish(past)).json)).toEqual(["/deliveries/0/metadata/publish_at"]);
  });

  test("goes to all or to none: one destination that is not there, or somebody else's, stops all", async () => {
    const strange = await destination({ creatorId: newId("crt") });
    for (const id of [newId("dst"), strange.id, newId("dlv"), "x"]) {
      const answer = await publish({ deliveries: [{ destination_id: first.id }, { destination_id: id }] });
      expect(answer.json).toMatchObject({ status: 404, code: "destination_not_found" });
      await none();
    }
  });

  test("needs an asset that is there, the caller's own, with bytes in it", async () => {
    const strange = await stored({ creatorId: newId("crt") });
    for (const id of [newId("ast"), strange.id, "x"])
      expect((await publish(to(first), {}, id)).json).toMatchObject({ status: 404, code: "asset_not_found" });
    const empty = await stored({ size: 0 });
    expect((await publish(to(first), {}, empty.id)).json).toMatchObject({ code: "video_refused", errors: [{ code: "empty_file" }] });
    await api.services.assets.delete(api.creator.id, asset.id satisfies AssetId, aDeletion());
    expect((await publish(to(first))).json).toMatchObject({ status: 410, code: "asset_gone" });
    await none();
  });

  test.each<[string, Json, string]>([
    ["no deliveries", { deliveries: [] }, "invalid_request"],
    ["too many", { deliveries: Array.from({ length: 51 }, () => ({ destination_id: newId("dst") })) }, "invalid_request"],
    ["a priority beyond bounds", { deliveries: [{ destination_id: newId("dst"), priority: 101 }] }, "invalid_request"],
    ["an unknown member", { deliveries: [{ destination_id: newId("dst"), colour: "red" }] }, "invalid_request"],
    ["no time", { deliveries: [{ destination_id: newId("dst"), schedule_at: "tomorrow" }] }, "invalid_request"],
  ])("refuses %s", async (_, body, code) => {
    expect((await publish(body)).json).toMatchObject({ status: 400, code });
  });

  test("needs its scope, and JSON", async () => {
    const weak = await api.keyWith({ scopes: ["publishing:read", "assets:read"] });
    expect((await publish(to(first), { as: weak.authorization })).json).toMatchObject({ code: "forbidden" });
    expect((await publish(to(first), { as: null })).json).toMatchObject({ code: "unauthorized" });
    const path = `/v1/assets/${asset.id}/deliveries`;
    expect((await api.send(path, { method: "POST", body: "{}", headers: { "Content-Type": "text/plain" } })).json).toMatchObject({
      code: "unsupported_media_type",
    });
    expect((await api.send(path, { method: "POST", body: "{", headers: { "Content-Type": "application/json" } })).json).toMatchObject({
      code: "invalid_json",
    });
    await none();
  });
});

describe("a delivery", () => {
  const read = async (id: string) => (await api.send(`/v1/deliveries/${id}`)).json;

  test("says its place in the line, and what is left of today's uploads", async () => {
    await published();
    const other = await stored();
    const id = dataOf((await publish(to(first), {}, other.id)).json)[0]?.["id"];
    expect(await read(String(id))).toMatchObject({
      waiting_on: { reason: "turn", position: 2, sentence: "2nd in line for this channel; 100 of today's 100 uploads are left." },
    });
  });

  test("says how far it is, and where it can be seen", async () => {
    const id = await published();
    await happens(id, "opened", "progress");
    expect(await read(id)).toMatchObject({
      status: "transferring",
      waiting_on: null,
      progress: { step: "bytes", fraction: 0.4, bytes_done: 400, bytes_total: 1000, rate_bps: null, eta_seconds: null },
    });
  });

  test("that YouTube has can be seen there", async () => {
    const id = await published();
    await happens(id, "opened", "commit", "accepted");
    expect(await read(id)).toMatchObject({ status: "processing", remote_id: "dQw4w9WgXcQ", remote_url: "https://youtu.be/dQw4w9WgXcQ" });
  });

  test("is changed while it waits: what is left out stays", async () => {
    const id = await published();
    const changed = await patch(id, { metadata: { title: "Other" }, priority: 9, schedule_at: "2031-01-01T00:00:00Z" });
    expect(changed.status).toBe(200);
    expect(changed.json).toMatchObject({
      title: "Other",
      metadata: { title: "Other", tags: ["house"], privacy: "unlisted" },
      priority: 9,
      schedule_at: "2031-01-01T00:00:00.000Z",
    });
    expect((await patch(id, { schedule_at: null })).json).toMatchObject({ title: "Other", priority: 9, schedule_at: null });
    const refused = await patch(id, { metadata: { title: "<", privacy: "secret" } });
    expect(refused.json).toMatchObject({ status: 422, code: "video_refused" });
    expect(pointersOf(refused.json)).toEqual(["/metadata/privacy", "/metadata/title"]);
    expect((await patch(id, { colour: "red" })).json).toMatchObject({ code: "invalid_request" });
    await happens(id);
    expect((await patch(id, { priority: 1 })).json).toMatchObject({ status: 409, code: "delivery_too_late" });
  });

  test("is cancelled until its last bytes have left", async () => {
    const id = await published();
    expect((await act(id, "cancel")).json).toMatchObject({ status: "cancelled", finished_at: new Date(NOW).toISOString() });
    const other = await published();
    await happens(other, "opened", "commit");
    expect((await act(other, "cancel")).json).toMatchObject({ status: 409, code: "delivery_too_late" });
  });

  test("is tried again when it has failed, unless another took its place", async () => {
    const id = await published();
    expect((await act(id, "retry")).json).toMatchObject({ status: 409, code: "delivery_not_failed" });
    await happens(id, "final");
    expect(await read(id)).toMatchObject({ status: "failed", failure: { code: "youtube.final", detail: "No.", retryable: false } });
    const other = await published();
    expect((await act(id, "retry")).json).toMatchObject({ status: 409, code: "delivery_replaced", delivery_id: other });
    await act(other, "cancel");
    expect((await act(id, "retry")).json).toMatchObject({ status: "waiting", failure: null });
  });

  test.each([
    [
      { published: true, remote_id: "dQw4w9WgXcQ" },
      { status: "processing", remote_id: "dQw4w9WgXcQ" },
    ],
    [{ published: false }, { status: "waiting", remote_id: null }],
  ])("whose outcome nobody knows is resolved by a person: %j", async (decision, expected) => {
    const id = await published();
    expect((await act(id, "resolve", decision)).json).toMatchObject({ status: 409, code: "delivery_not_unknown" });
    await happens(id, "opened", "commit", "gone");
    expect(await read(id)).toMatchObject({ status: "unknown", finished_at: null });
    for (const wrong of [{}, { published: true }, { published: true, remote_id: "a b" }, { published: false, remote_id: "x" }])
      expect((await act(id, "resolve", wrong)).json).toMatchObject({ status: 400, code: "invalid_request" });
    expect((await act(id, "resolve", decision)).json).toMatchObject(expected);
  });
});

const ROUTES = [
  ["GET", "", "publishing:read", null],
  ["PATCH", "", "publishing:write", { priority: 1 }],
  ["POST", "/cancel", "publishing:write", null],
  ["POST", "/retry", "publishing:write", null],
  ["POST", "/resolve", "publishing:write", { published: false }],
] as const;

test.each(ROUTES)("%s /v1/deliveries/{id}%s is nobody else's, and needs its scope", async (method, rest, scope, body) => {
  const ask = async (id: string, as: string | null) =>
    body === null ? api.send(`/v1/deliveries/${id}${rest}`, { method, as }) : api.post(`/v1/deliveries/${id}${rest}`, body, { method, as });
  const id = await published();
  if (rest === "/retry") await happens(id, "final");
  if (rest === "/resolve") await happens(id, "opened", "commit", "gone");
  const creator = aCreator();
  await api.creators.add(creator, null);
  expect((await ask(id, (await api.keyWith({}, creator)).authorization)).json).toMatchObject({ status: 404, code: "delivery_not_found" });
  for (const other of [newId("dlv"), newId("dst"), "x"])
    expect((await ask(other, api.authorization)).json).toMatchObject({ code: "delivery_not_found" });
  const weak = await api.keyWith({ scopes: [scope === "publishing:read" ? "publishing:write" : "publishing:read"] });
  expect((await ask(id, weak.authorization)).json).toMatchObject({ status: 403, code: "forbidden" });
  expect((await ask(id, null)).json).toMatchObject({ status: 401, code: "unauthorized" });
  expect((await ask(id, (await api.keyWith({ scopes: [scope] })).authorization)).status).toBe(200);
});

describe("the list", () => {
  const list = async (query = "") => api.send(`/v1/deliveries${query}`);
  const idsOf = (json: Json) => dataOf(json).map(({ id }) => id);

  test("shows each as lists do, by asset's upload and by destination", async () => {
    const answer = await publish(to(first, second));
    const other = await stored();
    await publish(to(first), {}, other.id);
    expect(dataOf((await list()).json)).toHaveLength(3);
    expect((await list(`?upload_id=${other.uploadId}`)).json).toMatchObject({
      data: [{ asset_id: other.id, title: "holiday", status: "waiting", waiting_reason: "turn", failure_code: null, remote_url: null }],
    });
    const there = dataOf(answer.json).filter((each) => each["destination_id"] === second.id);
    expect(idsOf((await list(`?destination_id=${second.id}`)).json)).toEqual(there.map(({ id }) => id));
    expect(idsOf((await list(`?destination_id=${second.id}&upload_id=${asset.uploadId}`)).json)).toHaveLength(1);
    expect(idsOf((await list(`?destination_id=${second.id}&upload_id=${other.uploadId}`)).json)).toEqual([]);
    for (const query of ["?upload_id=x", "?destination_id=x"])
      expect((await list(query)).json).toMatchObject({ data: [], has_more: false });
  });

  test("goes on where its cursor is, and not with another filter", async () => {
    for (let each = 0; each < 3; each += 1) await publish(to(first), {}, (await stored()).id);
    const all = idsOf((await list()).json);
    const page = await list("?limit=2");
    const cursor = String(page.json["next_cursor"]);
    expect([...idsOf(page.json), ...idsOf((await list(`?limit=2&cursor=${cursor}`)).json)]).toEqual(all);
    expect((await list(`?cursor=${cursor}&destination_id=${first.id}`)).json).toMatchObject({ code: "invalid_cursor" });
    expect((await list("?limit=x")).json).toMatchObject({ code: "invalid_request" });
  });

  test("is each creator's own, and needs its scope", async () => {
    await published();
    const creator = aCreator();
    await api.creators.add(creator, null);
    const as = (await api.keyWith({}, creator)).authorization;
    expect((await api.send("/v1/deliveries", { as })).json).toMatchObject({ data: [] });
    const weak = (await api.keyWith({ scopes: ["publishing:write"] })).authorization;
    expect((await api.send("/v1/deliveries", { as: weak })).json).toMatchObject({ code: "forbidden" });
    expect((await api.send("/v1/deliveries", { as: null })).json).toMatchObject({ code: "unauthorized" });
  });
});
