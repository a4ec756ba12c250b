import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { QuotaLedger } from "#domain/quota/quota-ledger.ts";
import { quotaLedgers } from "#durable-objects/quota-ledger/client.ts";
import { anInsert, bucketOf, quotaLedgerContract, someUnits } from "../../contracts/quota-ledger.ts";
import { LedgerRig } from "./ledger-under-test.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Every call finds a new process, and its alarm has rung. */
function restless(rig: LedgerRig): QuotaLedger {
  const anew =
    <A extends unknown[], T>(call: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      await rig.ring();
      await rig.evict();
      return call(...args);
    };
  const { reserve, settle, exhausted, view } = rig.ledger;
  return { reserve: anew(reserve), settle: anew(settle), exhausted: anew(exhausted), view: anew(view) };
}

describe("a ledger", () => quotaLedgerContract(async (at) => new LedgerRig({}, Date.parse(at))));

describe("a ledger that is evicted before every call", () =>
  quotaLedgerContract(async (at) => {
    const rig = new LedgerRig({}, Date.parse(at));
    return {
      ledger: restless(rig),
      get now() {
        return rig.now;
      },
      set now(at) {
        rig.now = at;
      },
    };
  }));

describe("what a ledger keeps", () => {
  it("is nothing while it is only asked about", async () => {
    const rig = new LedgerRig();
    await rig.ledger.settle("unknown", 1);
    expect(await bucketOf(rig.ledger, "units")).toMatchObject({ used: 0, left: 1000 });
    const tables = await runInDurableObject(rig.stub, (_instance, { storage }) =>
      storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray(),
    );
    expect([tables, await rig.alarm()]).toEqual([[], null]);
  });

  it("belongs to one project", async () => {
    const [one, other] = [new LedgerRig(), new LedgerRig()];
    await one.ledger.reserve(anInsert("a"));
    expect(await bucketOf(other.ledger, "inserts")).toMatchObject({ used: 0 });
  });

  it("is let go an hour after the call; reservations that nobody settled are told of", async () => {
    const rig = new LedgerRig();
    const began = rig.now;
    await rig.ledger.reserve(anInsert("a"));
    await rig.ledger.reserve(someUnits("b", 50));
    expect(await rig.alarm()).toBe(began + HOUR);
    await rig.ledger.settle("a", 1);
    rig.now += 30 * MINUTE;
    await rig.ledger.reserve(someUnits("c", 50));
    expect(await rig.alarm()).toBe(began + HOUR);
    rig.now = began + HOUR;
    await rig.evict();
    expect(await rig.ring()).toBe(true);
    expect(rig.lines.lines).toEqual([{ level: "warn", event: "quota not settled", project: rig.project, count: 1 }]);
    expect([await rig.count("calls"), await rig.alarm()]).toEqual([1, began + 90 * MINUTE]);
    await rig.ledger.settle("c", 50);
    rig.now = began + 90 * MINUTE;
    await rig.ring();
    expect([await rig.count("calls"), await rig.alarm(), rig.lines.lines.length]).toEqual([0, null, 1]);
    expect(await bucketOf(rig.ledger, "units")).toMatchObject({ used: 100, reserved: 0 });
  });

  it("is tidied when nothing but refusals came, too", async () => {
    const rig = new LedgerRig();
    await rig.ledger.exhausted("inserts");
    expect(await rig.alarm()).toBe(rig.now + HOUR);
    expect([await rig.ring(), await rig.alarm()]).toEqual([true, null]);
  });

  it("is brought to what a newer release keeps as it wakes", async () => {
    const rig = new LedgerRig();
    await rig.ledger.reserve(anInsert("a"));
    const indexes = () =>
      runInDurableObject(rig.stub, (_instance, { storage }) =>
        storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'calls_by_id'").toArray(),
      );
    await runInDurableObject(rig.stub, (_instance, { storage }) => {
      storage.sql.exec("DROP INDEX calls_by_id");
      storage.sql.exec("UPDATE schema_version SET applied = applied - 1");
    });
    expect(await indexes()).toEqual([]);
    await rig.evict();
    expect(await indexes()).toEqual([{ name: "calls_by_id" }]);
    expect(await bucketOf(rig.ledger, "inserts")).toMatchObject({ used: 1 });
  });

  it("is tidied every ten minutes at most", async () => {
    const rig = new LedgerRig();
    const began = rig.now;
    await rig.ledger.reserve(anInsert("a"));
    rig.now += MINUTE;
    await rig.ledger.reserve(anInsert("b"));
    rig.now = began + HOUR;
    await rig.ring();
    expect(await rig.alarm()).toBe(rig.now + 10 * MINUTE);
  });

  it("is thirty days", async () => {
    const rig = new LedgerRig();
    for (let day = 0; day < 40; day++) {
      await rig.ledger.reserve(someUnits(`${day}`, 1, "videos.list"));
      await rig.ledger.reserve(someUnits(`${day}b`, 1, "videos.update"));
      rig.now += DAY;
      await rig.ring();
    }
    expect([await rig.count("days"), await rig.count("methods"), await rig.count("calls")]).toEqual([30, 60, 0]);
  });

  it("is ten thousand calls: of more within an hour the oldest count as spent", { timeout: 60_000 }, async () => {
    const rig = new LedgerRig({ units: 1_000_000 });
    await rig.ledger.reserve(someUnits("first", 50));
    await rig.ledger.reserve(someUnits("second", 50));
    await runInDurableObject(rig.stub, async (instance) => {
      for (let call = 0; call < 9_999; call++) await instance.reserve(someUnits(`call ${call}`, 1));
    });
    expect(await rig.count("calls")).toBe(10_000);
    await rig.ledger.settle("first", 0);
    await rig.ledger.settle("second", 0);
    expect(await bucketOf(rig.ledger, "units")).toMatchObject({ used: 50 + 9_999, reserved: 9_999 });
  });

  it("is all of a step, or nothing", async () => {
    const rig = new LedgerRig();
    await rig.ledger.reserve(someUnits("a", 50));
    const before = await rig.ledger.view();
    const refusing = (when: string) =>
      runInDurableObject(rig.stub, (_instance, { storage }) => {
        storage.sql.exec(`CREATE TRIGGER broken BEFORE ${when} ON methods BEGIN SELECT RAISE(ABORT, 'no room'); END`);
      });
    await refusing("UPDATE");
    await expect(rig.ledger.reserve(someUnits("b", 50))).rejects.toThrow("no room");
    await expect(rig.ledger.settle("a", 0)).rejects.toThrow("no room");
    expect(await rig.ledger.view()).toEqual(before);
    await runInDurableObject(rig.stub, (_instance, { storage }) => void storage.sql.exec("DROP TRIGGER broken"));
    await rig.ledger.settle("a", 0);
    expect(await bucketOf(rig.ledger, "units")).toMatchObject({ used: 0 });
  });
});

describe("an operator", () => {
  it("is told once when the peer says that nothing is left, and how much was counted", async () => {
    const rig = new LedgerRig();
    await rig.ledger.reserve(anInsert("a"));
    for (let time = 0; time < 3; time++) await rig.ledger.exhausted("inserts", "a");
    expect(rig.lines.lines).toEqual([{ level: "warn", event: "quota exhausted", project: rig.project, phase: "inserts", count: 1 }]);
  });

  it("can change a limit in the middle of a day", async () => {
    const rig = new LedgerRig();
    for (const id of "abcd") await rig.ledger.reserve(anInsert(id));
    rig.limits = { ...rig.limits, inserts: 3 };
    await rig.evict();
    expect(await bucketOf(rig.ledger, "inserts")).toMatchObject({ limit: 3, used: 4, left: 0 });
    expect(await rig.ledger.reserve(anInsert("e"))).toMatchObject({ granted: false });
    rig.limits = { ...rig.limits, inserts: 6 };
    await rig.evict();
    expect(await rig.ledger.reserve(anInsert("e"))).toEqual({ granted: true, left: 1 });
  });
});

describe("a cost that is none", () => {
  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])("%d is a bug of the caller and changes nothing", async (cost) => {
    const rig = new LedgerRig();
    await rig.ledger.reserve(someUnits("a", 50));
    await expect(rig.ledger.reserve(someUnits("b", cost))).rejects.toThrow(RangeError);
    await expect(rig.ledger.settle("a", cost)).rejects.toThrow(RangeError);
    expect(await bucketOf(rig.ledger, "units")).toMatchObject({ used: 50, reserved: 50 });
  });
});

it("goes on for whoever has kept hold of it while its process died", async () => {
  const rig = new LedgerRig();
  const kept = quotaLedgers(env.QUOTA_LEDGER).get(rig.project);
  expect(await kept.reserve(anInsert("a"))).toEqual({ granted: true, left: 99 });
  await rig.crash();
  await kept.settle("a", 0);
  expect(await bucketOf(kept, "inserts")).toMatchObject({ used: 0 });
  expect(await kept.exhausted("inserts")).toEqual({ until: expect.any(Number) });
});

it("reads the days of Los Angeles and the configured limits where nobody says otherwise", async () => {
  const view = await env.QUOTA_LEDGER.getByName("real").view();
  const day = new Intl.DateTimeFormat("en-CA", { timeZone: "America/Los_Angeles" }).format(view.resetsAt - 1);
  expect(view.day).toBe(day);
  expect(view.buckets.map(({ bucket, limit }) => [bucket, limit])).toEqual([
    ["inserts", 100],
    ["searches", 100],
    ["units", 10_000],
  ]);
});
