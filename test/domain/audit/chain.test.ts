import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AuditRecord, Json } from "#domain/audit/audit.ts";
import { canonicalJson, GENESIS, sealed, verify } from "#domain/audit/chain.ts";
import { anEntry, auditLogContract } from "#test/contracts/audit-log.ts";
import { memoryAudit } from "#test/fakes/memory-audit.ts";
import { nodeSecrets } from "#test/fakes/node-secrets.ts";

const { sha256 } = nodeSecrets();

describe("the audit log in memory", () => auditLogContract(memoryAudit));

describe("canonical JSON", () => {
  test.each<[Json, string]>([
    [{ b: 1, a: [true, null, "x"] }, '{"a":[true,null,"x"],"b":1}'],
    // RFC 8785 §3.2.3: by UTF-16 code units, which puts the surrogate pair before the ligature.
    [
      { "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7 },
      '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}',
    ],
    [[1e21, 0.000001, -0], "[1e+21,0.000001,0]"],
  ])("%j", (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  test("is one text for one value, which it gives back", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value as Json);
        expect(canonicalJson(JSON.parse(text) as Json)).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

test("the hash is what anybody can compute", async () => {
  const record = await sealed(sha256, null, anEntry({ before: null, after: { b: 1, a: 2 } }));
  const { number, happenedAt, actor, action, resource, requestId } = record;
  const text = `{"action":"${action}","actor":"${actor}","after":"{\\"a\\":2,\\"b\\":1}","before":null,"happened_at":${happenedAt},"number":${number},"request_id":"${requestId}","resource":"${resource}"}`;
  expect(record.hash).toBe(await sha256(`${GENESIS}\n${text}`));
});

describe("tampering", () => {
  const LENGTH = 8;
  const filled = async () => {
    const log = memoryAudit();
    for (let index = 0; index < LENGTH; index += 1) await log.append(anEntry({ actor: `actor-${index}` }));
    return log;
  };
  const FIELDS = ["happenedAt", "actor", "action", "resource", "requestId", "before", "after", "hash"] as const;

  test("any edit of any row is found, at that row or the one after", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(LENGTH - 1), fc.constantFrom(...FIELDS), fc.string({ minLength: 1 }), async (at, field, text) => {
        const log = await filled();
        const before = log.records[at];
        if (before === undefined) throw new Error("no such row");
        const edited: AuditRecord = {
          ...before,
          ...(field === "happenedAt" ? { happenedAt: before.happenedAt + text.length } : { [field]: text }),
        };
        fc.pre(edited[field] !== before[field]);
        log.records[at] = edited;
        const { firstBreak } = await verify(log, sha256, 0, 100);
        expect(firstBreak).toEqual({ number: before.number, reason: "changed" });
      }),
      { numRuns: 200 },
    );
  });

  test("any row that is removed, moved, doubled or slipped in is found", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(LENGTH - 1),
        fc.nat(LENGTH - 1),
        fc.constantFrom("remove", "cut", "swap", "renumber"),
        async (at, other, how) => {
          const log = await filled();
          const { records } = log;
          if (how === "remove") records.splice(at, 1);
          if (how === "cut") records.splice(at);
          if (how === "renumber")
            records.splice(at, 1, ...records.slice(at + 1).map((record) => ({ ...record, number: record.number - 1 })));
          if (how === "swap") {
            fc.pre(at !== other);
            const [a, b] = [records[at], records[other]];
            if (a === undefined || b === undefined) throw new Error("no such row");
            records[at] = { ...b, number: a.number };
            records[other] = { ...a, number: b.number };
          }
          expect((await verify(log, sha256, 0, 100)).firstBreak).not.toBeNull();
        },
      ),
      { numRuns: 200 },
    );
  });

  test("a chain that was made anew from some row on is found by an anchor, and by the row count when it is longer", async () => {
    const log = await filled();
    const forged = memoryAudit();
    for (let index = 0; index < LENGTH; index += 1) await forged.append(anEntry({ actor: "eve" }));
    expect((await verify(forged, sha256, 0, 100)).firstBreak).toBeNull();
    expect(forged.records.at(-1)?.hash).not.toBe(log.records.at(-1)?.hash);
    log.records.push(await sealed(sha256, log.records.at(-1) ?? null, anEntry()));
    expect((await verify(log, sha256, 0, 100)).firstBreak).toEqual({ number: LENGTH + 1, reason: "unanchored" });
  });

  test("a walk in pieces finds the same, wherever it is cut", async () => {
    for (let budget = 1; budget <= LENGTH + 1; budget += 1) {
      const log = await filled();
      const intact = await walk(log, budget);
      expect([intact.checked, intact.firstBreak]).toEqual([LENGTH, null]);
      log.records.splice(4, 1);
      expect((await walk(log, budget)).firstBreak).toEqual({ number: 5, reason: "missing" });
    }
  });

  test("a walk looks at no more rows than it was asked to", async () => {
    const log = memoryAudit();
    for (let index = 0; index < 12; index += 1) await log.append(anEntry());
    expect(await verify(log, sha256, 0, 7)).toMatchObject({ checked: 7, last: { number: 7 }, isEnd: false, firstBreak: null });
  });

  test("a row that a walk wants to go on after and that is gone is a break", async () => {
    const log = await filled();
    log.records.splice(2, 1);
    expect((await verify(log, sha256, 3, 100)).firstBreak).toEqual({ number: 3, reason: "missing" });
  });
});

async function walk(log: Parameters<typeof verify>[0], budget: number) {
  let checked = 0;
  for (let after = 0; ;) {
    const run = await verify(log, sha256, after, budget);
    checked += run.checked;
    if (run.isEnd) return { checked, firstBreak: run.firstBreak };
    after = run.last.number;
  }
}
