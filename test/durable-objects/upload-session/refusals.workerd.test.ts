import { describe, expect, it } from "vitest";
import { Rig } from "./rig.ts";
import { aBody, anAppend, aQuery, failureIn, HOLDER, noise, opened, progressIn, sha256, stubOf } from "./session-under-test.ts";

const MAGIC = { "image/png": "\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "video/mp4": "\0\0\0\x18ftypisom\0\0\0\0isommp42" };

/** A small file that shows `type`. */
function beginningLike(type: keyof typeof MAGIC): Uint8Array {
  const bytes = noise(2_000);
  bytes.set(Uint8Array.from(MAGIC[type], (character) => character.charCodeAt(0)));
  return bytes;
}

describe("what is refused on real bytes", () => {
  it("fails an upload whose digest is another, before there is an asset", async () => {
    const rig = await Rig.opened({ length: 2_500, declared: { sha256: sha256(noise(1)) } });
    expect(failureIn(await rig.send(noise(2_500)))).toMatchObject({
      code: "digest_mismatch",
      algorithm: "sha256",
      received: sha256(noise(2_500)),
    });
    expect(rig.assets).toEqual([]);
    expect(rig.store.objects.size).toBe(0);
    expect(rig.told).toEqual(["upload.created", "upload.failed"]);
  });

  it("completes the same upload whose digest is right", async () => {
    const rig = await Rig.opened({ length: 2_500, declared: { sha256: sha256(noise(2_500)) } });
    expect(progressIn(await rig.send(noise(2_500))).status).toBe("completed");
    expect(rig.assets).toHaveLength(1);
  });

  it("reads the object again for a digest that was declared with the last bytes", async () => {
    const rig = await Rig.opened({ length: 2_500 });
    await rig.send(noise(2_500).subarray(0, 1_500));
    const last = anAppend({ at: { kind: "exact", offset: 1_500 }, bodyBytes: 1_000, declared: { md5: "0".repeat(32) } });
    expect(failureIn(await rig.stub.append(last, aBody(noise(2_500).subarray(1_500))))).toMatchObject({
      code: "digest_mismatch",
      algorithm: "md5",
    });
  });

  it("refuses a container that is not accepted after the first part, and takes no more", async () => {
    const rig = await Rig.opened({ length: 40_000, acceptedTypes: ["video/*"], plan: { partBytes: 5_000, attempts: 1 } });
    rig.mediaType = "image/png";
    expect(failureIn(await rig.send(noise(40_000)))).toMatchObject({ code: "content_type_refused", detected: "image/png" });
    expect(rig.store.openMultiparts()).toBe(0);
    expect(failureIn(await rig.stub.query(aQuery()))).toMatchObject({ code: "content_type_refused" });
    expect(await rig.rows()).toMatchObject({ pieces: 0, slots: 0 });
  });

  it.each([["image/png", "failed"] as const, ["video/mp4", "completed"] as const])(
    "tells %s by its first bytes, though they came in pieces and a question told the length",
    async (type, status) => {
      const { id } = await opened({ length: null, acceptedTypes: ["video/*"] });
      const bytes = beginningLike(type);
      const cut = await stubOf(id).append(anAppend({ length: null, bodyBytes: bytes.length }), aBody(bytes, { cutAt: 3 }));
      expect(failureIn(cut)).toMatchObject({ code: "body_cut" });
      const rest = { at: { kind: "exact", offset: 3 }, length: null, bodyBytes: bytes.length - 3 } as const;
      progressIn(await stubOf(id).append(anAppend(rest), aBody(bytes.subarray(3))));
      await stubOf(id).query(aQuery({ length: bytes.length }));
      const ended = progressIn(await stubOf(id).look(HOLDER));
      expect(ended.status).toBe(status);
      expect(ended.asset?.contentType ?? ended.failure?.code).toBe(status === "completed" ? type : "content_type_refused");
    },
  );

  it("refuses what goes past the announced length and keeps what was valid", async () => {
    const rig = await Rig.opened({ length: 1_500 });
    const answer = await rig.stub.append(anAppend(), aBody(noise(1_501), { pieceBytes: 100 }));
    expect(failureIn(answer)).toEqual({ code: "length_exceeded", length: 1_500 });
    expect(progressIn(await rig.stub.query(aQuery()))).toMatchObject({ offset: 1_500, status: "completed" });
  });

  it.each([
    ["a range that leaves a gap", { at: { kind: "range", start: 1_200, end: 1_300 }, bodyBytes: 100 }, "range_gap"],
    ["an offset ahead", { at: { kind: "exact", offset: 1 }, bodyBytes: 100 }, "offset_mismatch"],
    ["a body of another length than its range", { at: { kind: "range", start: 0, end: 101 }, bodyBytes: 100 }, "body_length_mismatch"],
    ["another total than announced", { at: { kind: "range", start: 0, end: 100 }, bodyBytes: 100, length: 2_999 }, "length_mismatch"],
    ["more than one request may carry", { bodyBytes: 100, maxAppendBytes: 99 }, "append_too_large"],
    ["a stranger", { access: { by: "handle", secretHash: "00" }, bodyBytes: 100 }, "upload_not_found"],
  ] as const)("refuses %s and changes nothing", async (_what, changes, code) => {
    const rig = await Rig.opened({ length: 3_000 });
    const body = () => aBody(noise(100));
    expect(failureIn(await rig.stub.append(anAppend(changes), body())).code).toBe(code);
    expect(progressIn(await rig.stub.view(HOLDER))).toMatchObject({ offset: 0, storedBytes: 0, length: 3_000 });
    expect(progressIn(await rig.stub.append(anAppend({ bodyBytes: 100 }), body())).offset).toBe(100);
  });

  it("learns nothing from a request that it refuses", async () => {
    const rig = await Rig.opened({ length: null, maxBytes: 10_000 });
    const told = { length: 3_000, declared: { sha256: sha256(noise(1)) } };
    const range = (start: number) =>
      rig.stub.append(anAppend({ ...told, at: { kind: "range", start, end: start + 100 }, bodyBytes: 100 }), aBody(noise(100)));
    expect(failureIn(await range(1_200)).code).toBe("range_gap");
    expect(progressIn(await rig.stub.look(HOLDER))).toMatchObject({ length: null, declared: {} });
    progressIn(await range(0));
    expect(progressIn(await rig.stub.look(HOLDER))).toMatchObject({ length: 3_000, declared: told.declared });
  });

  it("learns the total late, and none that is less than it holds", async () => {
    const rig = await Rig.opened({ length: null, maxBytes: 10_000 });
    await rig.send(noise(1_200));
    expect(failureIn(await rig.stub.query(aQuery({ length: 1_199 })))).toEqual({
      code: "length_below_offset",
      length: 1_199,
      offset: 1_200,
    });
    expect(progressIn(await rig.stub.query(aQuery({ length: 1_200 })))).toMatchObject({ status: "completed", length: 1_200 });
  });
});
