import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type Case, inTurns, QUANTUM_BYTES, type Stopwatch } from "./turns.ts";

const HALF = QUANTUM_BYTES / 2;

/** Sends `requests` of `bytes` each, and writes down what happens. */
function aCase(name: string, diary: string[], { requests = 4, bytes = HALF } = {}): Case {
  return {
    name,
    async run(turn) {
      for (let sent = 1; sent <= requests; sent++) {
        await turn(bytes);
        await Promise.resolve();
        diary.push(`${name}${sent}`);
      }
    },
    discard: async () => void diary.push(`${name} discarded`),
  };
}

function aStopwatch(diary: string[]): Stopwatch<Case> {
  return {
    start: async ({ name }) => void diary.push(`[${name}`),
    stop: async ({ name }, bytes, ended) => void diary.push(`${name} ${bytes / HALF}${ended ? " end" : ""}]`),
  };
}

describe("cases in turns", () => {
  it("send a quantum each, measured by itself, until all have ended", async () => {
    const diary: string[] = [];
    await inTurns([aCase("a", diary), aCase("b", diary, { requests: 3 })], aStopwatch(diary), Infinity);
    expect(diary.join(" ")).toBe("[a a1 a2 a 2] [b b1 b2 b 2] [a a3 a4 a 2 end] a discarded [b b3 b 1 end] b discarded");
  });

  it("carry a request that is larger than a quantum in one turn", async () => {
    const diary: string[] = [];
    await inTurns([aCase("a", diary, { requests: 1, bytes: 8 * HALF })], aStopwatch(diary), Infinity);
    expect(diary.join(" ")).toBe("[a a1 a 8 end] a discarded");
  });

  it("get no further turn when the time is up, and are discarded as far as they got", async () => {
    const diary: string[] = [];
    const deadline = Date.now() + 50;
    const watch: Stopwatch<Case> = { start: async () => undefined, stop: () => sleep(100) };
    await inTurns([aCase("a", diary), aCase("b", diary)], watch, deadline);
    expect(diary).toEqual(["a1", "a2", "a discarded"]);
  });

  it("pass on what goes wrong in one of them", async () => {
    const broken: Case = { name: "broken", run: () => Promise.reject(new Error("stored other bytes")), discard: async () => undefined };
    await expect(inTurns([broken], aStopwatch([]), Infinity)).rejects.toThrow("stored other bytes");
  });
});
