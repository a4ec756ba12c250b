import { describe, expect, it } from "vitest";
import { type Fault, refusedWith, Rig, TAKEN } from "./rig.ts";

/** Three events, one of which is refused twice, and time until nothing is left to do. */
async function play(rig: Rig): Promise<string[]> {
  const messages = [rig.message(), rig.message(), rig.message()];
  const refusals = new Map([[messages[1]?.id ?? "", 2]]);
  const taken: string[] = [];
  rig.answer = ({ id }) => {
    const left = refusals.get(id) ?? 0;
    refusals.set(id, left - 1);
    if (left > 0) return refusedWith(500);
    taken.push(id);
    return TAKEN;
  };
  await rig.accept(messages.slice(0, 2));
  await rig.ring();
  await rig.accept(messages);
  for (let turn = 0; turn < 40; turn++) {
    if (rig.dead) await rig.revive();
    if (JSON.stringify(await rig.statuses()) === '{"delivered":3}' && !rig.dead) break;
    await rig.ring();
  }
  expect(await rig.statuses()).toEqual({ delivered: 3 });
  expect(new Set(taken)).toEqual(new Set(messages.map(({ id }) => id)));
  for (const { id, body } of rig.sent) expect(body).toBe(messages.find((message) => message.id === id)?.body);
  return taken;
}

describe("crash sweep of a webhook", () => {
  it.each(["die-before", "die-after", "fail-before", "fail-after"] as const satisfies Fault[])(
    "shows in its row what was ordered last, with %s at each call and nobody who comes after it",
    async (fault) => {
      const ordered = async (rig: Rig): Promise<void> => {
        await rig.stub.disable(rig.creatorId).catch(() => null);
        if (rig.dead) await rig.revive();
        while (await rig.ring());
      };
      const clean = await Rig.opened();
      const before = clean.calls;
      await ordered(clean);
      const calls = clean.calls - before;
      expect(calls).toBeGreaterThan(1);
      for (let at = 1; at <= calls; at++) {
        const rig = await Rig.opened();
        const from = rig.calls;
        rig.faultAt = (call) => (call - from === at ? fault : null);
        await ordered(rig);
        const view = await rig.stub.view(rig.creatorId);
        expect(rig.rows.at(-1)?.status, `call ${at}`).toBe(view.ok ? view.value.status : "gone");
      }
    },
  );

  it.each(["die-before", "die-after", "fail-before", "fail-after"] as const satisfies Fault[])(
    "loses no event with %s at each call, and repeats only what it could not know to be taken",
    async (fault) => {
      const clean = await Rig.opened();
      const before = clean.calls;
      expect(await play(clean)).toHaveLength(3);
      expect(clean.sent).toHaveLength(5);
      const calls = clean.calls - before;
      expect(calls).toBeGreaterThan(10);

      for (let at = 1; at <= calls; at++) {
        const rig = await Rig.opened();
        const from = rig.calls;
        rig.faultAt = (call) => (call - from === at ? fault : null);
        const taken = await play(rig);
        // Who is in flight as the process dies goes again: here three at most.
        expect(taken.length, `call ${at}`).toBeLessThanOrEqual(6);
        if (fault === "fail-before") expect(taken.length, `call ${at}`).toBeLessThanOrEqual(4);
      }
    },
  );

  it.each(["die-before", "die-after", "fail-before", "fail-after"] as const satisfies Fault[])(
    "tells of its end once and for all with %s at each call",
    async (fault) => {
      const end = async (rig: Rig): Promise<void> => {
        rig.answer = () => refusedWith(410);
        await rig.accept([rig.message()]);
        for (let turn = 0; turn < 12; turn++) {
          await rig.ring();
          if (rig.events.length > 0 && rig.rows.at(-1)?.status === "disabled" && (await rig.alarmAt()) === null) break;
        }
      };
      const clean = await Rig.opened();
      const before = clean.calls;
      await end(clean);
      expect(clean.events).toHaveLength(1);
      const calls = clean.calls - before;
      expect(calls).toBeGreaterThan(5);
      for (let at = 1; at <= calls; at++) {
        const rig = await Rig.opened();
        const from = rig.calls;
        rig.faultAt = (call) => (call - from === at ? fault : null);
        await end(rig);
        expect(new Set(rig.events.map(({ id }) => id)).size, `call ${at}`).toBe(1);
        expect(rig.rows.at(-1), `call ${at}`).toMatchObject({ status: "disabled", disabledReason: "gone", sequence: 2 });
      }
    },
  );
});
