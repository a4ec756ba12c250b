import { describe, expect, it } from "vitest";
import { aBody, anAppend, aQuery, HOLDER, noise, sha256 } from "./session-under-test.ts";
import { type Fault, Rig } from "./rig.ts";

const CONTENT = noise(3_700);

/** A client that goes on until it has its answer, whatever happens to the other side. */
async function uploadAll(rig: Rig, scenario: "sequence" | "swarm" | "one-part" | "checksums"): Promise<void> {
  const content = scenario === "one-part" ? CONTENT.subarray(0, 700) : CONTENT;
  let acknowledged = 0;
  for (let turn = 0; turn < 60; turn++) {
    if (rig.dead) await rig.revive();
    const asked = await rig.stub.query(aQuery({ length: content.length })).catch(() => null);
    if (asked === null || !asked.ok) continue;
    if (asked.value.status === "completed") return;
    expect(asked.value.offset).toBeGreaterThanOrEqual(acknowledged);
    acknowledged = asked.value.offset;
    if (scenario === "swarm") {
      const ranges = [2_000, 1_000, 0, 3_000].map((start) => ({ start, end: Math.min(content.length, start + 1_000) }));
      await Promise.all(
        ranges.map(async ({ start, end }) =>
          rig.stub
            .append(
              anAppend({ at: { kind: "range", start, end }, bodyBytes: end - start }),
              aBody(content.subarray(start, end), { pieceBytes: 300 }),
            )
            .catch(() => null),
        ),
      );
      continue;
    }
    const chunk = content.subarray(acknowledged, acknowledged + 1_600);
    const checksum = scenario === "checksums" ? ({ algorithm: "sha256", value: sha256(chunk) } as const) : null;
    const answer = await rig.stub
      .append(
        anAppend({ at: { kind: "exact", offset: acknowledged }, bodyBytes: chunk.length, checksum }),
        aBody(chunk, { pieceBytes: 500 }),
      )
      .catch(() => null);
    if (answer?.ok === true) {
      expect(answer.value.offset).toBeGreaterThanOrEqual(acknowledged);
      acknowledged = answer.value.offset;
    }
  }
  expect.fail("the upload did not come to an end");
}

async function expectWhole(rig: Rig, content: Uint8Array): Promise<void> {
  rig.faultAt = () => null;
  if (rig.dead) await rig.revive();
  for (let turn = 0; turn < 8 && (await rig.rows()).outbox > 0; turn++) {
    rig.now += 3_600_000;
    await rig.alarm();
  }
  const view = await rig.stub.view(HOLDER);
  expect(view).toMatchObject({
    ok: true,
    value: { status: "completed", offset: content.length, asset: { digests: { sha256: sha256(content) } } },
  });
  expect([...rig.store.objects.values()].map(({ bytes }) => sha256(bytes))).toEqual([sha256(content)]);
  expect(rig.assets.at(-1)?.progress.asset?.digests.sha256).toBe(sha256(content));
  expect(rig.told).toEqual(["upload.created", "upload.completed"]);
  expect(await rig.rows()).toMatchObject({ pieces: 0, slots: 0 });
}

describe.each(["sequence", "swarm", "one-part", "checksums"] as const)("crash sweep: %s", (scenario) => {
  const content = scenario === "one-part" ? CONTENT.subarray(0, 700) : CONTENT;

  it.each(["die-before", "die-after", "fail-before", "fail-after"] as const satisfies Fault[])(
    "ends in the one right object with %s at each call",
    async (fault) => {
      const clean = await Rig.opened({ length: content.length });
      await uploadAll(clean, scenario);
      await expectWhole(clean, content);
      const calls = clean.calls;
      expect(calls).toBeGreaterThan(4);
      expect(clean.store.openMultiparts()).toBe(0);

      for (let at = 1; at <= calls; at++) {
        const rig = await Rig.opened({ length: content.length });
        rig.faultAt = (call) => (call === at ? fault : null);
        await uploadAll(rig, scenario);
        await expectWhole(rig, content);
        // R2 names no multipart upload whose id was lost in its reply: its own seven days end it.
        expect(rig.store.openMultiparts()).toBeLessThanOrEqual(fault.endsWith("after") ? 1 : 0);
      }
    },
  );
});
