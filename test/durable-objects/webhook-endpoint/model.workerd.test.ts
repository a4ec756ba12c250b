import fc from "fast-check";
import { expect, it } from "vitest";
import { DAY, type Fault, refusedWith, Rig, TAKEN } from "./rig.ts";

const HOUR = 3600_000;
const ALL = { limit: 1000, before: null };

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("accept" as const), count: fc.integer({ min: 1, max: 4 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("receiver" as const), answers: fc.constantFrom(204, 204, 500, 503, 429, 410) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.constantFrom(1_000, 10_000, HOUR / 6, 6 * HOUR, 30 * HOUR) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("fault" as const),
      after: fc.integer({ min: 1, max: 12 }),
      fault: fc.constantFrom<Fault>("die-before", "die-after", "fail-before", "fail-after"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("disable" as const, "enable" as const, "rotate" as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function statusOf(rig: Rig): Promise<string> {
  if (rig.dead) await rig.revive();
  const view = await rig.stub.view(rig.creatorId);
  return view.ok ? view.value.status : "gone";
}

async function take(rig: Rig, taken: Set<string>, next: Step, promised: Set<string>): Promise<void> {
  switch (next.do) {
    case "accept": {
      const messages = Array.from({ length: next.count }, () => rig.message());
      const before = await statusOf(rig);
      await rig.accept(messages);
      if (before === "active" && (await statusOf(rig)) === "active") for (const { id } of messages) promised.add(id);
      return;
    }
    case "receiver":
      rig.answer = ({ id }) => {
        if (next.answers !== 204) return refusedWith(next.answers, next.answers === 429 ? HOUR : null);
        taken.add(id);
        return TAKEN;
      };
      return;
    case "pass":
      return rig.pass(next.ms);
    case "fault": {
      const from = rig.calls;
      rig.faultAt = (call) => (call - from === next.after ? next.fault : null);
      return;
    }
    case "rotate":
      await rig.stub.rotate(rig.creatorId, DAY).catch(() => null);
      return;
    case "disable":
    case "enable":
      await rig.stub[next.do](rig.creatorId).catch(() => null);
  }
}

it("loses nothing that it took over, whatever the receiver does and wherever it dies", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), async (steps) => {
      const rig = await Rig.opened();
      const taken = new Set<string>();
      const promised = new Set<string>();
      await take(rig, taken, { do: "receiver", answers: 204 }, promised);
      for (const next of steps) await take(rig, taken, next, promised);

      rig.faultAt = () => null;
      await take(rig, taken, { do: "receiver", answers: 204 }, promised);
      if ((await statusOf(rig)) === "disabled") await rig.stub.enable(rig.creatorId);
      await rig.pass(2 * DAY);
      const page = await rig.stub.deliveries(rig.creatorId, null, ALL);
      const deliveries = page.ok ? page.value.items : [];
      expect(deliveries.map(({ id }) => id)).toEqual(expect.arrayContaining([...promised]));
      for (const { id, status } of deliveries) if (status === "failed") await rig.stub.redeliver(rig.creatorId, id);
      await rig.pass(HOUR);

      expect(Object.keys(await rig.statuses())).toEqual(deliveries.length === 0 ? [] : ["delivered"]);
      for (const { id } of deliveries) expect(taken.has(id), id).toBe(true);
      for (const { id, body } of rig.sent) expect(body).toBe(`{"of":"${id}"}`);
      // Told of each end once: a repetition is the same event.
      const told = new Map(rig.events.map((event) => [event.sequence, event.id]));
      expect(new Set(rig.events.map(({ id }) => id)).size).toBe(told.size);
      expect(rig.rows.at(-1)).toMatchObject({ status: "active" });
    }),
    { numRuns: 100, endOnFailure: true },
  );
});
