import { describe, expect, test } from "vitest";
import type { Announcement, Receiver } from "#domain/events/receiver.ts";
import { newId } from "#test/fakes/builders.ts";
import { collectedLog } from "#test/fakes/collected-log.ts";
import { fakeSessions } from "#test/fakes/fake-sessions.ts";
import { consume } from "../../workers/queue/consume.ts";

const event = () => ({ id: newId("evt"), type: "upload.completed", timestamp: "2026-11-20T12:00:00.000Z", data: { a: 1 } });
const message = (changes: object = {}) => ({
  type: "deliver-callback",
  v: 1,
  request_id: newId("req"),
  upload_id: newId("upl"),
  event: event(),
  ...changes,
});

async function consumed(
  bodies: unknown[],
  options: { taken?: boolean; receiver?: Receiver | null; acknowledge?: () => Promise<void> } = {},
) {
  const delivered: Announcement[] = [];
  const acknowledged: string[] = [];
  let acks = 0;
  const receiver: Receiver = {
    deliver: async (announcement) => {
      delivered.push(announcement);
      return options.taken === false ? { taken: false, reason: "status 500" } : { taken: true };
    },
  };
  const sessions = fakeSessions(() => 0);
  const log = collectedLog();
  await consume(
    { messages: bodies.map((body) => ({ body, ack: () => (acks += 1) })) },
    {
      receiver: options.receiver === undefined ? receiver : options.receiver,
      log,
      sessions: {
        get: (id) => ({
          ...sessions.get(id),
          acknowledge: async (eventId) => {
            await options.acknowledge?.();
            acknowledged.push(eventId);
          },
        }),
      },
    },
  );
  return { delivered, acknowledged, acks, log };
}

describe("a callback", () => {
  test("is delivered, and its owner told", async () => {
    const sent = message();
    const { delivered, acknowledged, acks } = await consumed([sent]);
    expect(delivered).toEqual([sent.event]);
    expect(acknowledged).toEqual([sent.event.id]);
    expect(acks).toBe(1);
  });

  test("that was not taken stays its owner's, and the queue does not repeat it", async () => {
    const { delivered, acknowledged, acks, log } = await consumed([message()], { taken: false });
    expect([delivered.length, acknowledged, acks]).toEqual([1, [], 1]);
    expect(log.lines).toMatchObject([{ event: "callback not taken", cause: "status 500" }]);
  });

  test("without a receiver stays its owner's", async () => {
    const { acknowledged, acks } = await consumed([message()], { receiver: null });
    expect([acknowledged, acks]).toEqual([[], 1]);
  });

  test("that fails on our side holds up no other", async () => {
    let calls = 0;
    const { acknowledged, acks, log } = await consumed([message(), message()], {
      acknowledge: () => ((calls += 1) === 1 ? Promise.reject(new Error("away")) : Promise.resolve()),
    });
    expect([acknowledged.length, acks]).toEqual([1, 2]);
    expect(log.lines.find(({ event: name }) => name === "message failed")).toMatchObject({
      level: "error",
      message_type: "deliver-callback",
    });
  });
});

test.each([
  ["another version", message({ v: 2 })],
  ["another type", message({ type: "deliver-pigeon" })],
  ["an id that is none", message({ upload_id: "upl_1" })],
  ["no event", message({ event: undefined })],
  ["no object", "text"],
])("a message with %s is logged and let go", async (_what, body) => {
  const { delivered, acks, log } = await consumed([body]);
  expect([delivered, acks]).toEqual([[], 1]);
  expect(log.lines).toMatchObject([{ level: "error", event: "message not understood" }]);
});
