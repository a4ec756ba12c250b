import { describe, expect, test } from "vitest";
import type { WaitingOn } from "#domain/publishing/delivery.ts";
import { waitingWords } from "#domain/publishing/waiting-words.ts";

const time = (epochMs: number): string => `T+${epochMs / 1000}`;
const words = (waitingOn: Partial<WaitingOn> & Pick<WaitingOn, "reason">, uploadsLeft: { left: number; limit: number } | null = null) =>
  waitingWords({ waitingOn: { detail: null, until: null, position: null, ...waitingOn } }, { uploadsLeft, time });

describe("why a delivery waits, in words", () => {
  test.each([
    [1, "Next in line for this channel."],
    [2, "2nd in line for this channel."],
    [3, "3rd in line for this channel."],
    [11, "11th in line for this channel."],
    [21, "21st in line for this channel."],
  ])("place %i", (position, sentence) => {
    expect(words({ reason: "turn", position })).toBe(sentence);
  });

  test("what is left of today's uploads is told with the place", () => {
    expect(words({ reason: "turn", position: 3 }, { left: 12, limit: 100 })).toBe(
      "3rd in line for this channel; 12 of today's 100 uploads are left.",
    );
  });

  test.each<[Partial<WaitingOn> & Pick<WaitingOn, "reason">, string]>([
    [{ reason: "schedule", until: 9000 }, "It is scheduled for T+9."],
    [{ reason: "paused" }, "Publishing there is paused."],
    [{ reason: "paused", detail: "Maintenance until 14:00." }, "Publishing is paused: Maintenance until 14:00."],
    [{ reason: "backoff", detail: "Backend Error", until: 4000 }, "YouTube did not take it yet (Backend Error). It goes on at T+4."],
    [{ reason: "quota", until: 5000 }, "Today's uploads are used up. It goes on at T+5."],
    [{ reason: "reauth" }, "YouTube no longer lets us upload to this channel. Connect it again: the place in the line is kept."],
  ])("%o", (waitingOn, sentence) => {
    expect(words(waitingOn)).toBe(sentence);
  });

  test("what does not wait has nothing to say", () => {
    expect(waitingWords({ waitingOn: null }, { uploadsLeft: null, time })).toBeNull();
  });
});
