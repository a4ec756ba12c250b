import { describe, expect, test } from "vitest";
import { anAsset, newId, NOW } from "#test/fakes/builders.ts";
import { keyframesKeyOf, writeKeyframes } from "#domain/assets/keyframe-list.ts";
import { aVideoTrack, emptyInfo } from "#domain/media/media-info.ts";
import { apiUnderTest } from "#test/fakes/api-under-test.ts";

const BYTES = new TextEncoder().encode("0123456789");

async function withAsset() {
  const api = await apiUnderTest();
  const asset = anAsset({ creatorId: api.creator.id, size: BYTES.length, filename: "Über.mp4" });
  await api.assets.put(asset);
  api.objects.set(asset.objectKey, BYTES);
  const path = `/v1/assets/${asset.id}`;
  const content = (headers: Record<string, string> = {}, method = "GET") => api.send(`${path}/content`, { method, headers });
  return { api, asset, path, content, etag: `"${asset.digests.sha256 ?? ""}"` };
}

describe("an asset", () => {
  test("is shown and listed with its digests", async () => {
    const { api, asset, path } = await withAsset();
    const shown = {
      id: asset.id,
      upload_id: asset.uploadId,
      size: 10,
      sha256: asset.digests.sha256,
      crc32c: asset.digests.crc32c,
      blake3: null,
      metadata: { camera: "A" },
    };
    expect(await api.send(path)).toMatchObject({ status: 200, json: shown });
    expect(await api.send("/v1/assets")).toMatchObject({ status: 200, json: { data: [shown], has_more: false } });
    expect((await api.send("/v1/assets?external_id=y")).json["data"]).toEqual([]);
  });

  test("shows what the whole file is, once it has been looked into", async () => {
    const { api, asset, path } = await withAsset();
    expect((await api.send(path)).json).toMatchObject({ info: null });
    expect((await api.send(`${path}/keyframes`)).json).toEqual({ status: "pending", every_frame: false, complete: false, seconds: [] });
    const look = { status: "read" as const, info: { ...emptyInfo("mp4"), durationSeconds: 63.2, video: [aVideoTrack("avc", "avc1")] } };
    const keyframes = { count: 3, everyFrame: false, complete: true };
    await api.assets.inspected(asset, { look, keyframes, at: NOW }, { eventId: newId("evt"), requestId: newId("req"), data: {} });
    const { json } = await api.send(path);
    expect(json["info"]).toMatchObject({
      status: "read",
      reason: null,
      media: { container: "mp4", duration_seconds: 63.2, video: [{ codec: "avc", bit_depth: null }] },
      verdicts: [{ destination: "youtube", verdict: "accepted" }, { destination: "joystream", verdict: "plays" }, { destination: "s3" }],
      keyframes: { count: 3, every_frame: false, complete: true },
      inspected_at: "2026-11-20T12:00:00.000Z",
    });
    expect((await api.send("/v1/assets")).json["data"]).toEqual([json]);
  });

  test("lists its keyframes from beside its bytes, and takes them with it", async () => {
    const { api, asset, path } = await withAsset();
    const key = keyframesKeyOf(asset.objectKey);
    api.objects.set(key, new TextEncoder().encode(writeKeyframes({ everyFrame: false, complete: true, seconds: [0, 2, 4.04] })));
    const inspection = {
      look: { status: "read" as const, info: emptyInfo("mp4") },
      keyframes: { count: 3, everyFrame: false, complete: true },
      at: NOW,
    };
    await api.assets.inspected(asset, inspection, { eventId: newId("evt"), requestId: newId("req"), data: {} });
    expect((await api.send(`${path}/keyframes`)).json).toEqual({
      status: "known",
      every_frame: false,
      complete: true,
      seconds: [0, 2, 4.04],
    });
    await api.send(path, { method: "DELETE" });
    expect([...api.objects.keys()]).toEqual([]);
    expect(await api.send(`${path}/keyframes`)).toMatchObject({ status: 410 });
  });

  test.each([
    [null, { status: "none", every_frame: false, complete: false, seconds: [] }],
    [
      { count: 0, everyFrame: true, complete: true },
      { status: "known", every_frame: true, complete: true, seconds: [] },
    ],
  ])("needs no list to say that there are none, or that every frame is one", async (keyframes, shown) => {
    const { api, asset, path } = await withAsset();
    const inspection = { look: { status: "read" as const, info: emptyInfo("mp4") }, keyframes, at: NOW };
    await api.assets.inspected(asset, inspection, { eventId: newId("evt"), requestId: newId("req"), data: {} });
    expect((await api.send(`${path}/keyframes`)).json).toEqual(shown);
  });

  test("that is not there, or somebody else's, is not found", async () => {
    const { api } = await withAsset();
    const foreign = anAsset();
    await api.assets.put(foreign);
    for (const id of [foreign.id, "nonsense"]) {
      expect(await api.send(`/v1/assets/${id}`)).toMatchObject({ status: 404, json: { code: "asset_not_found" } });
    }
  });

  test("is gone once deleted, and its bytes are erased", async () => {
    const { api, asset, path, content } = await withAsset();
    expect((await api.send(path, { method: "DELETE" })).status).toBe(204);
    expect(api.objects.has(asset.objectKey)).toBe(false);
    expect(await api.assets.toErase(9)).toEqual([]);
    expect(await api.send(path)).toMatchObject({ status: 410, json: { code: "asset_gone" } });
    expect(await content()).toMatchObject({ status: 410, json: { code: "asset_gone" } });
    expect(await api.send(path, { method: "DELETE" })).toMatchObject({ status: 410 });
  });

  test("is gone even when the storage is away, and waits for the sweep", async () => {
    const { api, asset, path } = await withAsset();
    api.gone.failsOnDelete = true;
    expect((await api.send(path, { method: "DELETE" })).status).toBe(204);
    expect(await api.send(path)).toMatchObject({ status: 410 });
    expect(await api.assets.toErase(9)).toMatchObject([{ id: asset.id, objectKey: asset.objectKey }]);
  });

  test.each([
    ["GET", "", "assets:read"],
    ["GET", "/content", "assets:read"],
    ["DELETE", "", "assets:write"],
  ] as const)("needs for %s%s the scope %s", async (method, suffix, scope) => {
    const { api, path } = await withAsset();
    const without = await api.keyWith({ scopes: ["uploads:read"] });
    const within = await api.keyWith({ scopes: [scope] });
    expect(await api.send(path + suffix, { method, as: without.authorization })).toMatchObject({
      status: 403,
      json: { code: "forbidden", scope },
    });
    expect((await api.send(path + suffix, { method, as: within.authorization })).status).toBeLessThan(300);
  });
});

describe("its content", () => {
  test("comes whole, as a download that no browser takes for a page", async () => {
    const { content, etag, asset } = await withAsset();
    const { status, text, headers } = await content();
    expect([status, text]).toEqual([200, "0123456789"]);
    expect(Object.fromEntries(headers)).toMatchObject({
      "accept-ranges": "bytes",
      "content-disposition": `attachment; filename="?ber.mp4"; filename*=UTF-8''%C3%9Cber.mp4`,
      "content-length": "10",
      "content-security-policy": "sandbox; default-src 'none'",
      "content-type": "video/mp4",
      etag,
      "last-modified": new Date(NOW).toUTCString(),
      "repr-digest": `sha-256=:${Buffer.from(asset.digests.sha256 ?? "", "hex").toString("base64")}:`,
      "x-content-type-options": "nosniff",
    });
  });

  test.each([
    ["bytes=0-3", 206, "0123", "bytes 0-3/10"],
    ["bytes=7-", 206, "789", "bytes 7-9/10"],
    ["bytes=-2", 206, "89", "bytes 8-9/10"],
    ["bytes=5-99", 206, "56789", "bytes 5-9/10"],
    ["bytes=0-0,2-3", 200, "0123456789", null],
    ["lines=0-1", 200, "0123456789", null],
  ])("answers %s with %d %s", async (range, status, text, contentRange) => {
    const { content } = await withAsset();
    const answer = await content({ Range: range });
    expect([answer.status, answer.text, answer.headers.get("Content-Range")]).toEqual([status, text, contentRange]);
    expect(answer.headers.get("Content-Length")).toBe(String(text.length));
  });

  test("has nothing at and after its end", async () => {
    const { content } = await withAsset();
    const answer = await content({ Range: "bytes=10-" });
    expect(answer).toMatchObject({ status: 416, json: { code: "range_not_satisfiable", size: 10 } });
    expect(answer.headers.get("Content-Range")).toBe("bytes */10");
  });

  test("is not sent again to who has it", async () => {
    const { content, etag } = await withAsset();
    const answer = await content({ "If-None-Match": `"other", ${etag}` });
    expect([answer.status, answer.text, answer.headers.get("ETag")]).toEqual([304, "", etag]);
    expect((await content({ "If-None-Match": '"other"' })).status).toBe(200);
    expect(await content({ "If-None-Match": "other" })).toMatchObject({ status: 400, json: { code: "invalid_header" } });
  });

  test("is gone on with only while it is the same", async () => {
    const { content, etag } = await withAsset();
    const range = { Range: "bytes=8-" };
    expect((await content({ ...range, "If-Range": etag })).status).toBe(206);
    expect((await content({ ...range, "If-Range": '"other"' })).status).toBe(200);
    expect((await content({ ...range, "If-Range": new Date(NOW).toUTCString() })).status).toBe(206);
  });

  test("answers HEAD as GET, without the bytes", async () => {
    const { content } = await withAsset();
    const [get, head] = [await content({ Range: "bytes=0-3" }), await content({ Range: "bytes=0-3" }, "HEAD")];
    expect([head.status, head.text]).toEqual([206, ""]);
    for (const name of ["Content-Length", "Content-Range", "ETag", "Repr-Digest"])
      expect(head.headers.get(name)).toBe(get.headers.get(name));
  });

  test("of an object that has gone meanwhile is gone", async () => {
    const { api, asset, content } = await withAsset();
    api.objects.delete(asset.objectKey);
    expect(await content()).toMatchObject({ status: 410, json: { code: "asset_gone" } });
  });
});
