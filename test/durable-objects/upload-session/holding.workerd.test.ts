import { describe, expect, it } from "vitest";
import type { AppendCommand } from "#domain/uploads/upload-session.ts";
import { Rig } from "./rig.ts";
import { aBody, anAppend, aQuery, failureIn, HOLDER, noise, progressIn, sha256 } from "./session-under-test.ts";

const BYTES = noise(1_700);

const send = (rig: Rig, offset: number, bytes: Uint8Array, changes: Partial<AppendCommand> = {}) =>
  rig.stub.append(
    anAppend({ at: { kind: "exact", offset }, bodyBytes: bytes.length, holds: true, ...changes }),
    bytes.length === 0 ? null : aBody(bytes),
  );

async function heldWhole(changes: Parameters<typeof Rig.opened>[0] = { length: BYTES.length }): Promise<Rig> {
  const rig = await Rig.opened(changes);
  expect(progressIn(await send(rig, 0, BYTES, { length: BYTES.length }))).toMatchObject({
    status: "receiving",
    offset: BYTES.length,
    awaitsCompletion: false,
  });
  return rig;
}

describe("an upload that is held", () => {
  it("has every byte and is not complete, whatever asks on its behalf or by the clock", async () => {
    const rig = await heldWhole();
    expect(progressIn(await rig.stub.query(aQuery({ holds: true }))).status).toBe("receiving");
    await rig.revive();
    await rig.stub.sweep();
    await rig.alarm();
    expect(progressIn(await rig.stub.look(HOLDER))).toMatchObject({ status: "receiving", offset: BYTES.length });
    expect(rig.assets).toEqual([]);
  });

  it("is completed by the word that this was the last, with or without bytes", async () => {
    const rig = await heldWhole();
    const done = progressIn(await send(rig, BYTES.length, new Uint8Array(), { final: true }));
    expect(done.asset?.digests.sha256).toBe(sha256(BYTES));

    const other = await Rig.opened({ length: null, maxBytes: 10_000 });
    progressIn(await send(other, 0, BYTES.subarray(0, 900)));
    expect(progressIn(await send(other, 900, BYTES.subarray(900), { final: true }))).toMatchObject({ status: "completed", length: 1_700 });
  });

  it("learns its length from that word where it knew none", async () => {
    const rig = await Rig.opened({ length: null, maxBytes: 10_000 });
    progressIn(await send(rig, 0, BYTES));
    expect(progressIn(await send(rig, BYTES.length, new Uint8Array(), { final: true }))).toMatchObject({
      status: "completed",
      length: BYTES.length,
    });
  });

  it.each([
    ["cut after its last byte", async (rig: Rig) => rig.stub.append(final(), aBody(BYTES, { cutAt: BYTES.length })), "body_cut"],
    ["longer than announced", async (rig: Rig) => rig.stub.append(final(), aBody(noise(1_800))), "length_exceeded"],
  ] as const)("is not completed by a last request that is %s", async (_what, sent, code) => {
    const rig = await Rig.opened({ length: BYTES.length });
    expect(failureIn(await sent(rig)).code).toBe(code);
    await rig.alarm();
    expect(progressIn(await rig.stub.look(HOLDER))).toMatchObject({ status: "receiving", offset: BYTES.length, awaitsCompletion: false });
    expect(progressIn(await send(rig, BYTES.length, new Uint8Array(), { final: true })).status).toBe("completed");
  });

  it("is not completed by a last request that ends before the announced length", async () => {
    const rig = await Rig.opened({ length: 3_000 });
    expect(progressIn(await send(rig, 0, BYTES, { final: true }))).toMatchObject({ status: "receiving", offset: 1_700 });
    expect(progressIn(await send(rig, 1_700, noise(1_300)))).toMatchObject({ status: "receiving", offset: 3_000 });
    await rig.alarm();
    expect(progressIn(await rig.stub.look(HOLDER)).status).toBe("receiving");
  });

  it("completes with its last byte as soon as somebody goes on who does not hold it", async () => {
    const asked = await heldWhole();
    expect(progressIn(await asked.stub.query(aQuery())).status).toBe("completed");
    const sent = await heldWhole();
    expect(progressIn(await send(sent, BYTES.length, new Uint8Array(), { holds: false })).status).toBe("completed");
  });

  it("stays held when a request that would not hold it is refused", async () => {
    const rig = await heldWhole();
    expect(failureIn(await send(rig, 1, new Uint8Array(1), { holds: false })).code).toBe("offset_mismatch");
    expect(progressIn(await rig.stub.query(aQuery({ holds: true }))).status).toBe("receiving");
  });

  it("is looked at for its type with its last byte, not only when it completes", async () => {
    const rig = await Rig.opened({ length: BYTES.length, acceptedTypes: ["video/*"] });
    rig.mediaType = "image/png";
    expect(failureIn(await send(rig, 0, BYTES)).code).toBe("content_type_refused");
  });
});

describe("an offset that is another", () => {
  it("is what is refused first, be the length wrong too", async () => {
    const rig = await Rig.opened({ length: 3_000 });
    const wrong = { length: 2_999, bodyBytes: 100 };
    expect(failureIn(await rig.stub.append(anAppend({ ...wrong, at: { kind: "exact", offset: 1 } }), aBody(noise(100)))).code).toBe(
      "offset_mismatch",
    );
    expect(failureIn(await rig.stub.append(anAppend(wrong), aBody(noise(100)))).code).toBe("length_mismatch");
  });
});

const final = (): AppendCommand => anAppend({ holds: true, final: true });
