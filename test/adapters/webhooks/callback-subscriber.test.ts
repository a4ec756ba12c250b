import { describe, expect, test } from "vitest";
import { callbackSubscriber } from "#adapters/webhooks/callback-subscriber.ts";
import type { Announcement } from "#domain/events/receiver.ts";
import { anEvent, newId } from "#test/fakes/builders.ts";

function subscriber(refused: readonly string[] = []) {
  const told: (Announcement & { readonly requestId: string })[] = [];
  const { publish } = callbackSubscriber({
    deliver: async (announcement, requestId) => {
      told.push({ ...announcement, requestId });
      return refused.includes(announcement.id) ? { taken: false, reason: "status 503" } : { taken: true };
    },
  });
  return { told, publish };
}

const events = (["upload.created", "upload.completed", "upload.failed", "asset.deleted"] as const).map((type, index) => ({
  ...anEvent({ type }),
  position: index + 1,
}));

describe("the completion callback", () => {
  test("tells of completed and failed uploads and of nothing else", async () => {
    const { told, publish } = subscriber();
    await publish(newId("crt"), events);
    expect(told).toEqual(
      events.slice(1, 3).map(({ id, type, data, requestId }) => ({ id, type, timestamp: "2026-11-20T12:00:00.000Z", data, requestId })),
    );
  });

  test("has not taken a page of which one event was refused, though it offered all", async () => {
    const { told, publish } = subscriber([events[1]?.id ?? ""]);
    await expect(publish(newId("crt"), events)).rejects.toThrow("callback not taken: status 503");
    expect(told).toHaveLength(2);
  });
});
