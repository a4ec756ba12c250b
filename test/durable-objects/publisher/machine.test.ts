import { describe, expect, it } from "vitest";
import { begin, decide, isActive } from "#durable-objects/publisher/machine.ts";
import { type DeliveryCommand, type DeliveryState, finishedAtOf, type Stage } from "#durable-objects/publisher/delivery-state.ts";
import { newId, NOW } from "#test/fakes/builders.ts";
import { aDeliverySpec, aVideo } from "#test/fakes/publishing-builders.ts";

const LEASE_MS = 60_000;
const DAY = 24 * 3600_000;
const ID = newId("dlv");
const at = { now: NOW };

const aState = (stage: Stage, changes: Partial<DeliveryState> = {}): DeliveryState => ({
  ...begin(aDeliverySpec({ id: ID })).state,
  stage,
  epoch: 3,
  lease: { until: NOW + LEASE_MS, taken: true },
  sequence: 7,
  ...changes,
});
const STAGES: readonly Stage[] = [
  { status: "waiting", hold: null },
  { status: "transferring" },
  { status: "committing", since: NOW, askAt: null },
  { status: "processing", since: NOW, processed: null },
  { status: "verified", at: NOW },
  { status: "cancelled", at: NOW },
  { status: "failed", failure: { code: "youtube.final", detail: "No.", retryable: false }, at: NOW },
  { status: "unknown", detail: "Nobody knows.", at: NOW },
];
const decided = (state: DeliveryState, command: DeliveryCommand) => {
  const step = decide(state, command);
  return step.ok ? step.value.state.stage.status : step.error.code;
};
const report = (said: Extract<DeliveryCommand, { type: "report" }>["report"]): DeliveryCommand => ({
  type: "report",
  report: said,
  ...at,
  chance: 0.5,
  leaseMs: LEASE_MS,
});
const refused = (kind: "busy" | "quota" | "reauth" | "gone" | "final") =>
  report({
    deliveryId: ID,
    epoch: 3,
    type: "refused",
    refusal: { kind, code: `youtube.${kind}`, detail: kind, retryAfterMs: null, bucket: null },
    until: null,
  });

describe("a delivery", () => {
  const table: readonly (readonly [string, DeliveryCommand, readonly string[]])[] = [
    [
      "grant",
      { type: "grant", ...at, leaseMs: LEASE_MS },
      ["transferring", "transferring", "committing", "processing", "verified", "cancelled", "failed", "unknown"],
    ],
    [
      "cancel",
      { type: "cancel", ...at },
      [
        ...["cancelled", "cancelled", "delivery_too_late", "delivery_too_late", "delivery_too_late"],
        ...["cancelled", "delivery_too_late", "delivery_too_late"],
      ],
    ],
    ["retry", { type: "retry", ...at }, STAGES.map(({ status }) => (status === "failed" ? "waiting" : "delivery_not_failed"))],
    [
      "published after all",
      { type: "resolve", decision: { published: true, remoteId: "v1" }, ...at },
      STAGES.map(({ status }) => (status === "unknown" ? "processing" : "delivery_not_unknown")),
    ],
    [
      "not published",
      { type: "resolve", decision: { published: false }, ...at },
      STAGES.map(({ status }) => (status === "unknown" ? "waiting" : "delivery_not_unknown")),
    ],
    [
      "change",
      { type: "change", changes: { priority: 1 }, ...at },
      STAGES.map(({ status }) => (status === "waiting" ? "waiting" : "delivery_too_late")),
    ],
    ["seen", { type: "seen", video: aVideo("v1"), ...at }, STAGES.map(({ status }) => (status === "processing" ? "verified" : status))],
    ["reconnected", { type: "reconnected", ...at }, STAGES.map(({ status }) => status)],
  ];
  it.each(table)("%s", (_, command, expected) => {
    expect(STAGES.map((stage) => decided(aState(stage), command))).toEqual(expected);
  });

  it("has its turn while bytes may be on their way, and has ended unless a person may still decide", () => {
    expect(STAGES.filter((stage) => isActive(aState(stage))).map(({ status }) => status)).toEqual(["transferring", "committing"]);
    expect(STAGES.filter((stage) => finishedAtOf(stage) !== null).map(({ status }) => status)).toEqual(["verified", "cancelled", "failed"]);
  });

  it("can't be changed once it has a session: what that was opened with is what is published", () => {
    const waiting = aState({ status: "waiting", hold: null }, { session: "sealed" });
    expect(decided(waiting, { type: "change", changes: { priority: 1 }, ...at })).toBe("delivery_too_late");
  });
});

describe("what a carrier says", () => {
  const transferring = aState({ status: "transferring" }, { session: "sealed", sessions: 1, bytesDone: 10 });
  const committing = aState({ status: "committing", since: NOW, askAt: null }, { session: "sealed", sessions: 1 });

  it.each([
    ["busy", "waiting", "committing"],
    ["quota", "waiting", "committing"],
    ["reauth", "waiting", "committing"],
    ["gone", "waiting", "unknown"],
    ["final", "failed", "failed"],
  ] as const)("%s", (kind, before, after) => {
    expect(decided(transferring, refused(kind))).toBe(before);
    expect(decided(committing, refused(kind))).toBe(after);
  });

  it.each([
    ["of an older epoch", { epoch: 4 }],
    ["without a lease", { lease: null }],
  ])("changes nothing %s", (_, changes) => {
    const state = { ...transferring, ...changes };
    const step = decide(state, refused("final"));
    expect(step.ok && step.value).toEqual({ state, effects: [] });
  });

  it("moves on when bytes have, and counts failures from there", () => {
    const tired = { ...transferring, tries: 5 };
    const told = (bytesDone: number) => {
      const step = decide(tired, report({ deliveryId: ID, epoch: 3, type: "progress", bytesDone }));
      return step.ok ? step.value : null;
    };
    expect(told(10)).toMatchObject({ state: { tries: 5, sequence: 7, lease: { until: NOW + LEASE_MS } }, effects: [] });
    expect(told(11)).toMatchObject({ state: { tries: 0, bytesDone: 11 } });
    expect(told(9)).toMatchObject({ state: { tries: 5, bytesDone: 9 } });
  });

  it("gives three sessions a chance, each of which costs an insert", () => {
    expect(decided({ ...transferring, sessions: 2 }, refused("gone"))).toBe("waiting");
    expect(decided({ ...transferring, sessions: 3 }, refused("gone"))).toBe("failed");
  });

  it("that is not heard is asked for twenty-four times in a row, then it has failed and may be tried again", () => {
    const ended = { type: "lease-ended", now: NOW + LEASE_MS, chance: 0.5 } as const;
    expect(decided({ ...transferring, tries: 23 }, ended)).toBe("waiting");
    const step = decide({ ...transferring, tries: 24 }, ended);
    expect(step.ok && step.value.state.stage).toMatchObject({ status: "failed", failure: { code: "peer_unreachable", retryable: true } });
    expect(decided(transferring, { ...ended, now: NOW + LEASE_MS - 1 })).toBe("transferring");
  });

  it("that is not heard from the commit on is asked for a day, then it is for a person", () => {
    const ended = (now: number) => ({ type: "lease-ended", now, chance: 0.5 }) as const;
    expect(decided(committing, ended(NOW + DAY))).toBe("committing");
    expect(decided(committing, ended(NOW + DAY + 1))).toBe("unknown");
  });
});

describe("a grant that is good again", () => {
  const hold = (reason: "reauth" | "quota") =>
    aState({ status: "waiting", hold: { reason, detail: null, until: NOW + DAY } }, { tries: 4 });

  it("ends that wait and no other", () => {
    const reauth = decide(hold("reauth"), { type: "reconnected", ...at });
    expect(reauth.ok && reauth.value.state).toMatchObject({ stage: { hold: null }, tries: 0 });
    const held = hold("quota");
    const quota = decide(held, { type: "reconnected", ...at });
    expect(quota.ok && quota.value.state).toEqual(held);
  });
});

it("gives an open session up when it ends without it, once and for all", () => {
  const open = aState({ status: "transferring" }, { session: "sealed", sessions: 1 });
  for (const command of [{ type: "cancel", ...at } as const, refused("final")]) {
    const step = decide(open, command);
    expect(step.ok && step.value.effects).toContainEqual({ type: "abandon", session: "sealed" });
    expect(step.ok && step.value.state).toMatchObject({ session: null, lease: null, epoch: 4 });
  }
  const step = decide(open, report({ deliveryId: ID, epoch: 3, type: "accepted", remoteId: "v1" }));
  expect(step.ok && step.value.effects.map(({ type }) => type)).toEqual(["project", "announce"]);
});
